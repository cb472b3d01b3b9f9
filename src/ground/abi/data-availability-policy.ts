// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Decides whether a batch's data are available. */
export const dataAvailabilityPolicyAbi = [
  {"inputs":[{"components":[{"name":"published","type":"bool"},{"name":"preCommitment","type":"bytes32"},{"name":"pubdataHash","type":"bytes32"},{"name":"transactionsHash","type":"bytes32"}],"name":"claim","type":"tuple"},{"name":"policyData","type":"bytes"}],"name":"checkAvailability","outputs":[{"name":"boundDataHash","type":"bytes32"}],"stateMutability":"view","type":"function"},
] as const;
