import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { openState } from "../../infra/local/emulators/state.ts";

suite("an emulator's state", () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "state-"));
  });
  after(() => rm(directory, { recursive: true }));

  test("is found again in its file, which only its owner can read", async () => {
    const file = join(directory, "deep", "kept.json");
    const state = openState(file, () => ({ count: 0 }));
    state.value.count = 7;
    await state.save();
    assert.equal(openState(file, () => ({ count: 0 })).value.count, 7);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  test("saves that overlap end with the last one, whole, and leave nothing beside the file", async () => {
    const file = join(directory, "busy", "kept.json");
    const state = openState(file, () => ({ count: 0, padding: "x".repeat(100_000) }));
    const saves = Array.from({ length: 20 }, (_, index) => {
      state.value.count = index;
      return state.save();
    });
    await Promise.all(saves);
    assert.equal((JSON.parse(await readFile(file, "utf8")) as { count: number }).count, 19);
    assert.deepEqual(await readdir(join(directory, "busy")), ["kept.json"]);
  });

  test("is written once for changes that are made close together, and again for one that is made meanwhile", async () => {
    const file = join(directory, "counted.json");
    let writes = 0;
    const state = openState(file, () => ({ count: 0, toJSON: () => ({ count: (writes += 1) }) }));
    const first = state.save();
    await Promise.resolve();
    const others = [state.save(), state.save()];
    await first;
    await Promise.all(others);
    assert.equal(writes, 2);
    assert.equal((JSON.parse(await readFile(file, "utf8")) as { count: number }).count, 2);
  });

  test("is memory alone without a file", async () => {
    const state = openState(undefined, () => [1]);
    await state.save();
    assert.deepEqual(state.value, [1]);
  });

  test("names the file that cannot be read", async () => {
    const file = join(directory, "torn.json");
    await writeFile(file, "{");
    assert.throws(() => openState(file, () => ({})), /torn\.json cannot be read; delete the file/);
  });
});
