import { Interface } from "ethers";
import { devnetExecutorAbi } from "../../../ground/abi/devnet-executor.ts";
import type { PublishedContract, PublishedPackage } from "../published-code.ts";

export const devnetExecutor = new Interface(devnetExecutorAbi);

const ULN_CONFIG =
  "(uint64 confirmations, uint8 requiredDVNCount, uint8 optionalDVNCount, uint8 optionalDVNThreshold, address[] requiredDVNs, address[] optionalDVNs)";
const ORIGIN = "(uint32 srcEid, bytes32 sender, uint64 nonce)";

/** Functions and events of LayerZero's endpoint that the bridge uses. */
export const endpoint = new Interface([
  "function registerLibrary(address lib)",
  "function eid() view returns (uint32)",
  "function setDefaultSendLibrary(uint32 eid, address lib)",
  "function setDefaultReceiveLibrary(uint32 eid, address lib, uint256 gracePeriod)",
  "function defaultSendLibrary(uint32 eid) view returns (address)",
  "function defaultReceiveLibrary(uint32 eid) view returns (address)",
  "function getReceiveLibrary(address receiver, uint32 eid) view returns (address lib, bool isDefault)",
  "function inboundPayloadHash(address receiver, uint32 srcEid, bytes32 sender, uint64 nonce) view returns (bytes32)",
  "function lazyInboundNonce(address receiver, uint32 srcEid, bytes32 sender) view returns (uint64)",
  "function inboundNonce(address receiver, uint32 srcEid, bytes32 sender) view returns (uint64)",
  "function composeQueue(address from, address to, bytes32 guid, uint16 index) view returns (bytes32)",
  "event PacketSent(bytes encodedPayload, bytes options, address sendLibrary)",
  `event PacketVerified(${ORIGIN} origin, address receiver, bytes32 payloadHash)`,
  `event PacketDelivered(${ORIGIN} origin, address receiver)`,
  `event LzReceiveAlert(address indexed receiver, address indexed executor, ${ORIGIN} origin, bytes32 guid, uint256 gas, uint256 value, bytes message, bytes extraData, bytes reason)`,
  "event InboundNonceSkipped(uint32 srcEid, bytes32 sender, address receiver, uint64 nonce)",
  "event PacketNilified(uint32 srcEid, bytes32 sender, address receiver, uint64 nonce, bytes32 payloadHash)",
  "event PacketBurnt(uint32 srcEid, bytes32 sender, address receiver, uint64 nonce, bytes32 payloadHash)",
  "event ComposeSent(address from, address to, bytes32 guid, uint16 index, bytes message)",
  "event ComposeDelivered(address from, address to, bytes32 guid, uint16 index)",
  "event LzComposeAlert(address indexed from, address indexed to, address indexed executor, bytes32 guid, uint16 index, uint256 gas, uint256 value, bytes message, bytes extraData, bytes reason)",
  "error LZ_PathNotInitializable()",
  "error LZ_PathNotVerifiable()",
  "error LZ_InvalidReceiveLibrary()",
]);

/** Functions and events of its send and receive libraries that the bridge uses. */
export const library = new Interface([
  `function setDefaultUlnConfigs((uint32 eid, ${ULN_CONFIG} config)[] params)`,
  "function setDefaultExecutorConfigs((uint32 eid, (uint32 maxMessageSize, address executor) config)[] params)",
  `function getUlnConfig(address oapp, uint32 remoteEid) view returns (${ULN_CONFIG} config)`,
  "function hashLookup(bytes32 headerHash, bytes32 payloadHash, address dvn) view returns (bool submitted, uint64 confirmations)",
  "function commitVerification(bytes packetHeader, bytes32 payloadHash)",
  "event ExecutorFeePaid(address executor, uint256 fee)",
  "event DVNFeePaid(address[] requiredDVNs, address[] optionalDVNs, uint256[] fees)",
  "event PayloadVerified(address dvn, bytes header, uint256 confirmations, bytes32 proofHash)",
  "error LZ_ULN_Verifying()",
]);

/** Functions of an application that the bridge calls. */
export const application = new Interface([
  "function nextNonce(uint32 srcEid, bytes32 sender) view returns (uint64)",
  `function allowInitializePath(${ORIGIN} origin) view returns (bool)`,
]);

const PROTOCOL: PublishedPackage = { name: "@layerzerolabs/lz-evm-protocol-v2", major: 3 };
const LIBRARIES: PublishedPackage = { name: "@layerzerolabs/lz-evm-messagelib-v2", major: 3 };
/** Packages that a project must have installed. */
export const PACKAGES: readonly PublishedPackage[] = [PROTOCOL, LIBRARIES];

/** LayerZero's contracts that run, as their packages have them. */
export const PUBLISHED = {
  endpoint: {
    from: PROTOCOL,
    file: "artifacts/contracts/EndpointV2.sol/EndpointV2.json",
    functions: namesIn(endpoint),
  },
  sendLibrary: {
    from: LIBRARIES,
    file: "artifacts/contracts/uln/uln302/SendUln302.sol/SendUln302.json",
    functions: ["setDefaultUlnConfigs", "setDefaultExecutorConfigs", "withdrawFee"],
  },
  receiveLibrary: {
    from: LIBRARIES,
    file: "artifacts/contracts/uln/uln302/ReceiveUln302.sol/ReceiveUln302.json",
    functions: ["setDefaultUlnConfigs", "getUlnConfig", "hashLookup", "commitVerification", "verify"],
  },
} as const satisfies Readonly<Record<string, PublishedContract>>;

function namesIn(contract: Interface): readonly string[] {
  const names: string[] = [];
  contract.forEachFunction(({ name }) => names.push(name));
  return names;
}
