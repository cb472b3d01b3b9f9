// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** The end on a chain of the gateway for messages. */
export const l2MessageGatewayAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"receiveId","type":"bytes32"}],"name":"MessageAnnounced","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"receiveId","type":"bytes32"},{"indexed":true,"name":"recipient","type":"address"}],"name":"MessageDelivered","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"sendId","type":"bytes32"},{"indexed":false,"name":"sender","type":"bytes"},{"indexed":false,"name":"recipient","type":"bytes"},{"indexed":false,"name":"payload","type":"bytes"},{"indexed":false,"name":"value","type":"uint256"},{"indexed":false,"name":"attributes","type":"bytes[]"}],"name":"MessageSent","type":"event"},
  {"inputs":[],"name":"counterpart","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"message","type":"bytes"}],"name":"deliver","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"receiveId","type":"bytes32"}],"name":"isDelivered","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"recipient","type":"bytes"},{"name":"payload","type":"bytes"},{"name":"attributes","type":"bytes[]"}],"name":"sendMessage","outputs":[{"name":"sendId","type":"bytes32"}],"stateMutability":"payable","type":"function"},
  {"inputs":[{"name":"receiveId","type":"bytes32"}],"name":"statusOf","outputs":[{"name":"","type":"uint8"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"selector","type":"bytes4"}],"name":"supportsAttribute","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
] as const;
