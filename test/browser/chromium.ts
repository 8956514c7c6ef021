import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { accessibilityProblems } from "./accessibility.ts";

/** Where Debian and its like put it. */
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((file) => existsSync(file));
/** Why there is nothing to test with, or false. */
export const skip = CHROMIUM ? false : "there is no Chromium on this machine: apt-get install chromium";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
];
export const PHONE = { width: 360, height: 740 };
/** A folder for pictures of the pages, for whoever wants to look at them. */
const PICTURES = process.env["ROLLCALL_PICTURES"];

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ ...(CHROMIUM ? { executablePath: CHROMIUM } : {}), args: FLAGS });
}

/** Looks at the page on a phone, on a desk, by day and by night. */
export async function assertFitForPeople(page: Page, name: string): Promise<void> {
  for (const details of await page.locator("summary").all()) await details.click();
  for (const viewport of [PHONE, { width: 320, height: 500 }, { width: 1280, height: 800 }]) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(
        await accessibilityProblems(page),
        [],
        `${name}, ${viewport.width} px, ${colorScheme}`,
      );
      if (PICTURES === undefined) continue;
      await mkdir(PICTURES, { recursive: true });
      await page.screenshot({ path: path.join(PICTURES, `${name}-${viewport.width}-${colorScheme}.png`) });
    }
  }
  await page.setViewportSize(PHONE);
}
