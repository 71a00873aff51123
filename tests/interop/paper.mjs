// Papers by another hand: docs/formats/note.md and paper.md, followed with
// Node's crypto alone. Nothing of Comity is used.
//
//     node paper.mjs verify PUBLIC-KEY < PAPER     its text, or exit status 1
//     node paper.mjs sign KEYFILE < TEXT           the paper
//     node paper.mjs public NAME SEED-IN-HEX       the public key of a seed
import crypto from "node:crypto";
import fs from "node:fs";

const DASH = "\u2014 ";
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex"); // RFC 8410: what stands before the 32 bytes
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

const keyId = (name, type, key) =>
  crypto.createHash("sha256").update(Buffer.concat([Buffer.from(name + "\n"), Buffer.from([type]), key])).digest().subarray(0, 4);

function readPublic(text) {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text);
  if (!match) throw new Error("no public key");
  const blob = Buffer.from(match[3], "base64");
  const id = keyId(match[1], blob[0], blob.subarray(1));
  if (blob[0] !== 1 || id.toString("hex") !== match[2]) throw new Error("the key's id is another");
  const key = crypto.createPublicKey({ key: Buffer.concat([SPKI, blob.subarray(1)]), format: "der", type: "spki" });
  return { name: match[1], id, key };
}

function verify(note, by) {
  new TextDecoder("utf-8", { fatal: true }).decode(note);
  if (note.some((byte) => byte < 0x20 && byte !== 0x0a)) throw new Error("a control character");
  const at = note.lastIndexOf("\n\n");
  if (at < 0 || note.at(-1) !== 0x0a) throw new Error("no note");
  const text = note.subarray(0, at + 1);
  let good = false;
  for (const line of note.subarray(at + 2).toString().split("\n").slice(0, -1)) {
    const match = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
    if (!match) throw new Error("no signature line");
    const blob = Buffer.from(match[2], "base64");
    if (blob.toString("base64") !== match[2]) throw new Error("base64 with bits left over");
    if (match[1] !== by.name || !blob.subarray(0, 4).equals(by.id)) continue;
    if (!crypto.verify(null, text, by.key, blob.subarray(4))) throw new Error("a wrong signature");
    good = true;
  }
  if (!good) throw new Error("not signed by this key");
  if (!text.toString().startsWith("comity paper/")) throw new Error("no paper");
  return text;
}

function sign(text, file) {
  const lines = fs.readFileSync(file, "utf8").split("\n");
  if (lines[0] !== "comity key v1" || lines[3] !== "protection: none") throw new Error("no key file without a passphrase");
  const seed = Buffer.from(lines[4].slice("secret: ".length), "base64");
  const by = readPublic(lines[2].slice("public: ".length));
  const key = crypto.createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  const blob = Buffer.concat([by.id, crypto.sign(null, text, key)]);
  return Buffer.concat([text, Buffer.from(`\n${DASH}${by.name} ${blob.toString("base64")}\n`)]);
}

function publicOf(name, seed) {
  const key = crypto.createPrivateKey({ key: Buffer.concat([PKCS8, Buffer.from(seed, "hex")]), format: "der", type: "pkcs8" });
  const raw = crypto.createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  return `${name}+${keyId(name, 1, raw).toString("hex")}+${Buffer.concat([Buffer.from([1]), raw]).toString("base64")}\n`;
}

const [verb, ...words] = process.argv.slice(2);
try {
  const input = verb === "public" ? null : fs.readFileSync(0);
  const done = { verify: () => verify(input, readPublic(words[0])), sign: () => sign(input, words[0]), public: () => publicOf(...words) };
  process.stdout.write(done[verb]());
} catch (error) {
  process.stderr.write(error.message + "\n");
  process.exit(1);
}
