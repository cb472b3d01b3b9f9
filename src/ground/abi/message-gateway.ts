// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** The end on L1 of the gateway for messages. */
export const messageGatewayAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"sendId","type":"bytes32"},{"indexed":true,"name":"operationHash","type":"bytes32"}],"name":"MessageAnnounced","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"receiveId","type":"bytes32"},{"indexed":true,"name":"recipient","type":"address"}],"name":"MessageDelivered","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"sendId","type":"bytes32"},{"indexed":false,"name":"sender","type":"bytes"},{"indexed":false,"name":"recipient","type":"bytes"},{"indexed":false,"name":"payload","type":"bytes"},{"indexed":false,"name":"value","type":"uint256"},{"indexed":false,"name":"attributes","type":"bytes[]"}],"name":"MessageSent","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"sendId","type":"bytes32"},{"indexed":true,"name":"chainId","type":"uint256"},{"indexed":false,"name":"message","type":"bytes"}],"name":"MessageWritten","type":"event"},
  {"inputs":[{"name":"sendId","type":"bytes32"}],"name":"announce","outputs":[{"name":"operationHash","type":"bytes32"}],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"counterpart","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"},{"name":"batchNumber","type":"uint256"},{"name":"index","type":"uint256"},{"name":"message","type":"bytes"},{"name":"proof","type":"bytes32[]"}],"name":"deliver","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"sendId","type":"bytes32"}],"name":"destinationOf","outputs":[{"name":"chainId","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"receiveId","type":"bytes32"}],"name":"isDelivered","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"recipient","type":"bytes"},{"name":"payload","type":"bytes"},{"name":"attributes","type":"bytes[]"}],"name":"sendMessage","outputs":[{"name":"sendId","type":"bytes32"}],"stateMutability":"payable","type":"function"},
  {"inputs":[{"name":"selector","type":"bytes4"}],"name":"supportsAttribute","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
] as const;
