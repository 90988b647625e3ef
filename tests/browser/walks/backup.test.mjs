// A copy of a house: database and handed-in files together, under new keys alone once they are rotated.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { eventually } from "../support/eventually.mjs";
import { PROGRAM } from "../support/places.mjs";
import { freePort, Program } from "../support/process.mjs";
import { stage } from "../support/stage.mjs";
import { enrol, referred } from "./desk-steps.mjs";

const walk = stage();
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

walk("a restored copy opens what was handed in, after its keys were rotated too", async ({ house, world }) => {
  await enrol(house, world);
  const { line, officer } = await referred(house, world, "short_contract");
  const token = await world.token(officer.subject);
  const path = `/api/v1/desk/cases/${line.id}/files`;
  const form = new FormData();
  form.set("seen_version", String(line.version));
  form.set("words", "窗口收到的合同");
  form.set("file", new Blob([PICTURE], { type: "image/png" }), "合同.png");
  const kept = await fetch(house.origin + path, { method: "POST", headers: { authorization: `Bearer ${token}` }, body: form });
  assert.equal(kept.status, 201, await kept.clone().text());
  const { file } = await kept.json();

  const { folder, config } = house.places;
  const target = join(folder, "copy.db");
  const said = sanmiao("backup", "--config", config, target);
  assert.ok(said.includes(`${target}.files`), said);

  const restored = mkdtempSync(join(tmpdir(), "sanmiao-restored-"));
  const place = join(restored, "sanmiao.toml");
  const origin = `http://127.0.0.1:${await freePort()}`;
  let running;
  try {
    cpSync(target, join(restored, "sanmiao.db"));
    cpSync(`${target}.files`, join(restored, "files"), { recursive: true });
    const newer = `current = "newer"\nkeys.newer = "${randomBytes(32).toString("base64")}"`;
    const both = readFileSync(config, "utf8")
      .replaceAll(folder, restored)
      .replaceAll(house.origin, origin)
      .replaceAll(new URL(house.origin).host, new URL(origin).host)
      .replace('current = "test"', newer);
    writeFileSync(place, both, { mode: 0o600 });
    assert.match(sanmiao("rotate", "--config", place), /^0 values left under older keys/m);
    // The older key goes: whatever still opens was sealed anew.
    writeFileSync(place, both.replace(/^keys\.test = .*\n/m, ""), { mode: 0o600 });
    running = new Program(PROGRAM, ["serve", "--config", place]);
    await eventually("the copy is ready", async () => {
      running.mustRun();
      return (await fetch(`${origin}/readyz`)).ok;
    });
    const opened = await fetch(`${origin}${path}/${file.id}?purpose=test`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(opened.status, 200, await opened.clone().text().catch(() => ""));
    assert.deepEqual(Buffer.from(await opened.arrayBuffer()), PICTURE);
  } finally {
    await running?.stop();
    rmSync(restored, { recursive: true, force: true });
  }
});

function sanmiao(...args) {
  return execFileSync(PROGRAM, args, { encoding: "utf8" });
}
