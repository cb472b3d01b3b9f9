/** The phrase that every Ethereum development network uses: its keys are public and hold money nowhere else. */
export const DEVELOPMENT_MNEMONIC = "test test test test test test test test test test test junk";
