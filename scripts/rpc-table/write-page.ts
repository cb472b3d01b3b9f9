// Writes docs/rpc-methods.md out of fixtures/rpc-methods.json and a chain: node scripts/rpc-table/write-page.ts
import { writeFileSync } from "node:fs";
import { standingOnChain } from "../../test/support/chain-methods.ts";
import { methodsPage } from "./table.ts";

const { standing, close } = await standingOnChain();
writeFileSync(new URL("../../docs/rpc-methods.md", import.meta.url), methodsPage(standing));
await close();
