// Before the tests of bridges, which several processes run at once: what all of them would install and compile.
import { CCIP_DAPP } from "./ccip-dapp.ts";
import { compileDapp, DAPP, installDapp } from "./dapp.ts";
import { SUPERCHAIN_DAPP } from "./superchain-dapp.ts";
import { HYPERLANE_DAPP } from "./warp-routes.ts";

for (const project of [DAPP, HYPERLANE_DAPP, CCIP_DAPP, SUPERCHAIN_DAPP]) {
  try {
    installDapp(project);
    compileDapp(project);
  } catch (error) {
    // A registry that does not answer fails the tests of that dapp, which say so, and no other.
    console.error(`${project} is not prepared: ${String(error)}`);
  }
}
