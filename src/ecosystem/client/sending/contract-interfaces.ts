import { Interface } from "ethers";
import { chainAccountsAbi } from "../../../ground/abi/chain-accounts.ts";
import { chainFactoryAbi } from "../../../ground/abi/chain-factory.ts";
import { crossChainViewsAbi } from "../../../ground/abi/cross-chain-views.ts";
import { hyperchainNamesAbi } from "../../../ground/abi/hyperchain-names.ts";
import { interopCenterAbi } from "../../../ground/abi/interop-center.ts";
import { keystoreAbi } from "../../../ground/abi/keystore.ts";
import { keystoreAccountAbi } from "../../../ground/abi/keystore-account.ts";
import { l2BaseTokenAbi } from "../../../ground/abi/l2-base-token.ts";
import { l2MessageGatewayAbi } from "../../../ground/abi/l2-message-gateway.ts";
import { messageGatewayAbi } from "../../../ground/abi/message-gateway.ts";
import { nestedExitAbi } from "../../../ground/abi/nested-exit.ts";
import { remoteSwapAbi } from "../../../ground/abi/remote-swap.ts";
import { sharedBridgeAbi } from "../../../ground/abi/shared-bridge.ts";
import { stateExitAbi } from "../../../ground/abi/state-exit.ts";
import { errorDecoder, packageErrors } from "../../../chain/settlement-layer/errors/contract-error.ts";

export { assetRouter, atomicFlows, importedRoots, interopHandler, messenger } from "../../relayer/contract-interfaces.ts";
export { hyperchainInterface, topicOf } from "../../../chain/settlement-layer/reader/contract-interfaces.ts";

/** Interfaces of the contracts that only users call. The relayer has the others. */
export const factory = new Interface(chainFactoryAbi);
export const bridge = new Interface(sharedBridgeAbi);
export const stateExit = new Interface(stateExitAbi);
export const nestedExit = new Interface(nestedExitAbi);
export const baseToken = new Interface(l2BaseTokenAbi);
export const crossChainViews = new Interface(crossChainViewsAbi);
export const interopCenter = new Interface(interopCenterAbi);
export const chainAccounts = new Interface(chainAccountsAbi);
export const messageGateway = new Interface(messageGatewayAbi);
export const l2MessageGateway = new Interface(l2MessageGatewayAbi);
export const hyperchainNames = new Interface(hyperchainNamesAbi);
export const remoteSwap = new Interface(remoteSwapAbi);
export const keystore = new Interface(keystoreAbi);
export const keystoreAccount = new Interface(keystoreAccountAbi);

/** The part of Uniswap v2's `IUniswapV2Router02` that swaps an amount that is given. */
export const swapRouter = new Interface([
  "function WETH() view returns (address)",
  "function getAmountsOut(uint256 amountIn, address[] path) view returns (uint256[] amounts)",
  "function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline)",
  "function swapExactETHForTokens(uint256 amountOutMin, address[] path, address to, uint256 deadline) payable",
  "function swapExactTokensForETH(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline)",
]);

/** Events of a purse for its swaps (`ISwapPurse`). */
export const swapPurse = new Interface([
  "event Swapped(address indexed tokenIn, uint256 amountIn, address indexed tokenOut, uint256 amountOut)",
]);

/** Gateway function that `CrossChainViews.read` calls (`IViewGateway`). */
export const viewGateway = new Interface(["function viewSlot(uint256 chainId, address account, uint256 slot, uint64 notBefore)"]);

/** Function by which the sender of a bundle receives its outcome (`IInteropCallback`). */
export const callbackRecipient = new Interface(["function onInteropResult(bytes32 bundleHash, bool success, bytes result)"]);

/** The part of `IL2NativeTokenVault` that tells tokens. */
export const tokenVault = new Interface([
  "function assetId(address token) view returns (bytes32)",
  "function tokenAddress(bytes32 assetId) view returns (address)",
  "function originChainId(bytes32 assetId) view returns (uint256)",
  "function originToken(bytes32 assetId) view returns (address)",
  "function calculateCreate2TokenAddress(uint256 originChainId, address originToken) view returns (address)",
  "event BridgedTokenDeployed(bytes32 indexed assetId, address indexed token, uint256 originChainId, address originToken)",
  "event TokenRegistered(bytes32 indexed assetId, address indexed token)",
]);

/** ERC-20 as far as bridging needs it. */
export const erc20 = new Interface([
  "function balanceOf(address account) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function approve(address spender, uint256 amount) returns (bool)",
  "function transfer(address to, uint256 amount) returns (bool)",
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
  // ERC-6093, which most tokens refuse with.
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
]);

/**
 * Functions of OpenZeppelin's Governor that propose, vote and execute, with its errors and those of its
 * timelock.
 */
export const governor = new Interface([
  "function token() view returns (address)",
  "function timelock() view returns (address)",
  "function votingDelay() view returns (uint256)",
  "function votingPeriod() view returns (uint256)",
  "function quorumNumerator() view returns (uint256)",
  "function superQuorumNumerator() view returns (uint256)",
  "function state(uint256 proposalId) view returns (uint8)",
  "function proposalEta(uint256 proposalId) view returns (uint256)",
  // Three values, which are encoded as this one is.
  "function proposalVotes(uint256 proposalId) view returns (tuple(uint256 againstVotes, uint256 forVotes, uint256 abstainVotes))",
  "function propose(address[] targets, uint256[] values, bytes[] calldatas, string description) returns (uint256)",
  "function castVote(uint256 proposalId, uint8 support) returns (uint256)",
  "function queue(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash) returns (uint256)",
  "function execute(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash) payable returns (uint256)",
  "function setVotingDelay(uint48 newVotingDelay)",
  "function setVotingPeriod(uint32 newVotingPeriod)",
  "function updateQuorumNumerator(uint256 newQuorumNumerator)",
  "event ProposalCreated(uint256 proposalId, address proposer, address[] targets, uint256[] values, string[] signatures, bytes[] calldatas, uint256 voteStart, uint256 voteEnd, string description)",
  "error GovernorInsufficientProposerVotes(address proposer, uint256 votes, uint256 threshold)",
  "error GovernorUnexpectedProposalState(uint256 proposalId, uint8 current, bytes32 expectedStates)",
  "error GovernorAlreadyCastVote(address voter)",
  "error GovernorNonexistentProposal(uint256 proposalId)",
  "error TimelockUnexpectedOperationState(bytes32 operationId, bytes32 expectedStates)",
]);

/** The parts of OpenZeppelin's TimelockController that tell who proposes in it, and how long it waits. */
export const timelock = new Interface([
  "function getMinDelay() view returns (uint256)",
  "function hasRole(bytes32 role, address account) view returns (bool)",
  "function updateDelay(uint256 newDelay)",
  "function grantRole(bytes32 role, address account)",
  "function revokeRole(bytes32 role, address account)",
  "event RoleGranted(bytes32 indexed role, address indexed account, address indexed sender)",
]);

/** Errors of LayerZero's endpoint and its libraries, which a project's contracts do not declare. */
const layerZeroErrors = new Interface([
  "error DVN_InvalidDVNIdx()",
  "error DVN_InvalidDVNOptions(uint256 cursor)",
  "error LZ_AlreadyRegistered()",
  "error LZ_ComposeExists()",
  "error LZ_ComposeNotFound(bytes32 expected, bytes32 actual)",
  "error LZ_DefaultReceiveLibUnavailable()",
  "error LZ_DefaultSendLibUnavailable()",
  "error LZ_InsufficientFee(uint256 requiredNative, uint256 suppliedNative, uint256 requiredLzToken, uint256 suppliedLzToken)",
  "error LZ_InvalidExpiry()",
  "error LZ_InvalidNonce(uint64 nonce)",
  "error LZ_InvalidPayloadHash()",
  "error LZ_InvalidReceiveLibrary()",
  "error LZ_LzTokenUnavailable()",
  "error LZ_MessageLib_CannotWithdrawAltToken()",
  "error LZ_MessageLib_InvalidAmount(uint256 requested, uint256 available)",
  "error LZ_MessageLib_InvalidExecutor()",
  "error LZ_MessageLib_InvalidMessageSize(uint256 actual, uint256 max)",
  "error LZ_MessageLib_NotTreasury()",
  "error LZ_MessageLib_OnlyEndpoint()",
  "error LZ_MessageLib_TransferFailed()",
  "error LZ_MessageLib_ZeroMessageSize()",
  "error LZ_OnlyNonDefaultLib()",
  "error LZ_OnlyReceiveLib()",
  "error LZ_OnlyRegisteredLib()",
  "error LZ_OnlyRegisteredOrDefaultLib()",
  "error LZ_OnlySendLib()",
  "error LZ_PathNotInitializable()",
  "error LZ_PathNotVerifiable()",
  "error LZ_PayloadHashNotFound(bytes32 expected, bytes32 actual)",
  "error LZ_SameValue()",
  "error LZ_SendReentrancy()",
  "error LZ_ULN_AtLeastOneDVN()",
  "error LZ_ULN_InvalidConfigType(uint32 configType)",
  "error LZ_ULN_InvalidConfirmations()",
  "error LZ_ULN_InvalidEid()",
  "error LZ_ULN_InvalidLegacyType1Option()",
  "error LZ_ULN_InvalidLegacyType2Option()",
  "error LZ_ULN_InvalidOptionalDVNCount()",
  "error LZ_ULN_InvalidOptionalDVNThreshold()",
  "error LZ_ULN_InvalidPacketHeader()",
  "error LZ_ULN_InvalidPacketVersion()",
  "error LZ_ULN_InvalidRequiredDVNCount()",
  "error LZ_ULN_InvalidWorkerId(uint8 workerId)",
  "error LZ_ULN_InvalidWorkerOptions(uint256 cursor)",
  "error LZ_ULN_Unsorted()",
  "error LZ_ULN_UnsupportedEid(uint32 eid)",
  "error LZ_ULN_UnsupportedOptionType(uint16 optionType)",
  "error LZ_ULN_Verifying()",
  "error LZ_Unauthorized()",
  "error LZ_UnsupportedEid()",
  "error LZ_UnsupportedInterface()",
  "error LZ_ZeroLzTokenFee()",
  "error Transfer_NativeFailed(address to, uint256 value)",
  "error Transfer_ToAddressIsZero()",
]);

/** Decodes the error that revert data hold: of Solidity, of this package's contracts and bridges, or of a token or Governor. */
export const knownErrorOf = errorDecoder([packageErrors, layerZeroErrors, erc20, governor]);
