// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Predeploy that checks messages of other chains. */
export const messageVerificationAbi = [
  {"inputs":[{"name":"chainId","type":"uint256"},{"name":"batchNumber","type":"uint256"},{"name":"index","type":"uint256"},{"name":"leaf","type":"bytes32"},{"name":"proof","type":"bytes32[]"}],"name":"proveL2LeafInclusionShared","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"},{"name":"batchNumber","type":"uint256"},{"name":"index","type":"uint256"},{"components":[{"name":"txNumberInBatch","type":"uint16"},{"name":"sender","type":"address"},{"name":"data","type":"bytes"}],"name":"message","type":"tuple"},{"name":"proof","type":"bytes32[]"}],"name":"proveL2MessageInclusionShared","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
] as const;
