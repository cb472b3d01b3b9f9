// Writes the last section of docs/rpc.md out of fixtures/rpc-methods.json and a chain that runs: node scripts/rpc-table/write-page.ts
import { readFileSync, writeFileSync } from "node:fs";
import { standingOnChain } from "../../test/support/chain-methods.ts";
import { METHODS_HEADING, methodsSection } from "./table.ts";

const page = new URL("../../docs/rpc.md", import.meta.url);
const [rest = ""] = readFileSync(page, "utf8").split(METHODS_HEADING);
writeFileSync(page, rest + methodsSection(await standingOnChain()));
