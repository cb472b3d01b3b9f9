import { fileURLToPath } from "node:url";

/** A dapp of the Superchain: contracts on OpenZeppelin's package, and Optimism's own client. */
export const SUPERCHAIN_DAPP = fileURLToPath(new URL("../../../fixtures/superchain-dapp/", import.meta.url));
