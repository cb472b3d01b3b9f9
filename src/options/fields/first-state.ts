import { ecosystemWide } from "./field.ts";

/** What an operator chooses of a chain's first state; its validators are told the same. */
export const FIRST_STATE = {
  /** Whether the chain has the public's singletons. */
  singletons: ecosystemWide({ group: "firstState", said: "once", planned: ({ singletons }) => singletons }),
  /** Whether code of any size may be deployed. */
  allowUnlimitedContractSize: ecosystemWide({
    group: "firstState",
    said: "once",
    planned: ({ allowUnlimitedContractSize }) => allowUnlimitedContractSize,
  }),
} as const;
