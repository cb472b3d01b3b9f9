// Writes docs/rpc-methods.md out of fixtures/rpc-methods.json and a chain that runs: node scripts/rpc-table/write-page.ts
import { writeFileSync } from "node:fs";
import { standingOnChain } from "../../test/support/chain-methods.ts";
import { methodsPage } from "./table.ts";

writeFileSync(new URL("../../docs/rpc-methods.md", import.meta.url), methodsPage(await standingOnChain()));
