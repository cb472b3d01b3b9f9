/** Where L1 is served unless something else is said; chains follow. Hardhat's own node and its `localhost` network use it too. */
export const DEFAULT_L1_PORT = 8545;
