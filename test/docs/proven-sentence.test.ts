import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { provenSentence } from "../../src/ecosystem/devnet/view/books/proven.ts";

const read = (page: string): string => readFileSync(new URL(`../../${page}`, import.meta.url), "utf8");
const EXECUTED = { sentence: "what is proven of it" };

test("docs/security.md and README.md say what is proven in the words of the status, the first screen and the page", () => {
  const sentence = provenSentence("stark", [{ name: "alpha" }]);
  const quotes = read("docs/security.md")
    .match(/^> .*(\n> .*)*/gm)
    ?.map((quote) => quote.replaceAll(/\n?> /g, " ").trim());
  assert.ok(quotes?.includes(sentence), sentence);
  const [changes = ""] = sentence.split(". Execution");
  const readme = read("README.md").replaceAll(/\[([^\]]+)\]\([^)]*\)/g, "$1");
  assert.ok(readme.includes(`${changes.charAt(0).toLowerCase()}${changes.slice(1)} |`), changes);
});

test("execution is called trusted where no proof of it is made, and only there", () => {
  const of = (...chains: Parameters<typeof provenSentence>[1]): string => provenSentence("stark", chains);
  assert.match(of({ name: "alpha" }, { name: "beta" }), /Execution is trusted to the chain's validator quorum/);
  assert.doesNotMatch(of({ name: "alpha", execution: EXECUTED }), /trusted/);
  assert.match(of({ name: "alpha", execution: EXECUTED }, { name: "beta" }), /Of beta it is trusted to the validator quorum\.$/);
  const others = of({ name: "alpha", execution: EXECUTED }, { name: "beta" }, { name: "gamma" });
  assert.match(others, /Of beta and gamma it is trusted to the validator quorum\.$/);
  assert.match(provenSentence("none", [{ name: "alpha" }]), /^NOTHING IS PROVEN/);
});
