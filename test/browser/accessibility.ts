import type { Page } from "playwright-core";

/**
 * What keeps a page from people: no language, title or heading, text that is too pale (WCAG 2.2 AA), targets too small
 * for a finger, or a page wider than a phone.
 * @returns one line for each; none when all is well
 */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(CHECKS);
}

// Runs in the browser, whose types are not this project's.
const CHECKS = String.raw`(() => {
  const problems = [];
  const expect = (holds, problem) => { if (!holds) problems.push(problem); };
  const root = document.documentElement;
  expect(/^[a-z]{2}/.test(root.lang), "the page has no language");
  expect(document.title.trim().length > 3, "the page has no title");
  expect(document.querySelectorAll("h1").length === 1, "the page has not one main heading");
  expect(document.querySelectorAll("main").length === 1, "the page has not one main part");
  expect(document.querySelector("meta[name=viewport]"), "the page says nothing of its width");
  expect(root.scrollWidth <= root.clientWidth, "the page is wider than the window: " + root.scrollWidth + " px");

  let level = 1;
  for (const heading of document.querySelectorAll("h1,h2,h3,h4")) {
    const own = Number(heading.tagName[1]);
    expect(own <= level + 1, "a heading skips a level: " + heading.textContent);
    level = own;
  }

  const channels = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color) => {
    const [r, g, b] = channels(color).map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if ((channels(color)[3] ?? 1) === 1) return color;
    }
    return "rgb(255, 255, 255)";
  };
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== "");
    if (!own || !element.checkVisibility()) continue;
    const lights = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort((a, b) => b - a);
    const contrast = (lights[0] + 0.05) / (lights[1] + 0.05);
    const what = element.tagName.toLowerCase() + " “" + element.textContent.trim().slice(0, 40) + "”";
    expect(contrast >= 4.5, what + " has a contrast of " + contrast.toFixed(2));
    expect(parseFloat(getComputedStyle(element).fontSize) >= 12, what + " is in small print");
  }
  for (const target of document.querySelectorAll("a, button, summary")) {
    const { height } = target.getBoundingClientRect();
    expect(target.textContent.trim() !== "", "a link or button without a name");
    expect(height >= 24, "“" + target.textContent.trim() + "” is " + height.toFixed(0) + " px high: too small for a finger");
  }
  return problems;
})()`;
