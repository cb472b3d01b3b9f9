// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IProvenPeer} from "../IProvenPeer.sol";
import {
    CcipRampMessage,
    CcipRequest,
    OnRampDynamicConfig,
    OnRampStaticConfig,
    SourceChainConfig
} from "./ICcip.sol";

/// @notice Progress of a message on its destination, with CCIP's numbers.
enum ExecutionState {
    UNTOUCHED,
    IN_PROGRESS,
    SUCCESS,
    FAILURE
}

/// @title CCIP's ramps, both ends of them in one contract on each member
/// @notice As the onramp it tells a message whole and passes its id on as a proven message. As the offramp it
/// executes a message whose id came from the chain that the message names as its source: tokens, then the
/// receiver, and all of it or nothing.
/// @dev Trusted: the router on its member, for senders; the registry, for pools; the operator, for prices,
/// for which contracts the peers are, and for the order of first executions: an operator that withholds one
/// delays it by `permissionLessExecutionThresholdSeconds`. Not trusted: accounts that execute manually,
/// receivers, tokens and pools.
interface ICcipRamps is IProvenPeer {
    event CCIPMessageSent(uint64 indexed destChainSelector, uint64 indexed sequenceNumber, CcipRampMessage message);
    event MessageRecorded(uint64 indexed sourceChainSelector, uint64 indexed sequenceNumber, bytes32 indexed messageId);
    /// @param returnData What it failed with, bounded.
    event ExecutionStateChanged(
        uint64 indexed sourceChainSelector,
        uint64 indexed sequenceNumber,
        bytes32 indexed messageId,
        bytes32 messageHash,
        ExecutionState state,
        bytes returnData,
        uint256 gasUsed
    );
    event PriceSet(uint64 indexed destChainSelector, uint256 weiPerGas, bool sharesCoin);
    event FeeTokenWithdrawn(address indexed feeAggregator, address indexed feeToken, uint256 amount);

    // Of sending, as published.
    error MustBeCalledByRouter();
    error CursedByRMN(uint64 chainSelector);
    error FeeTokenNotSupported(address token);
    error InvalidEVMAddress(bytes encodedAddress);
    error InvalidExtraArgsTag();
    error InvalidExtraArgsData();
    error MessageGasLimitTooHigh();
    error MessageTooLarge(uint256 maxSize, uint256 actualSize);
    error UnsupportedNumberOfTokens(uint256 numberOfTokens, uint256 maxNumberOfTokensPerMsg);
    error CannotSendZeroTokens();
    error UnsupportedToken(address token);
    error SourceTokenDataTooLarge(address token);

    // Of executing, as published.
    error ReceiverError(bytes err);
    error TokenHandlingError(address target, bytes err);
    error ReleaseOrMintBalanceMismatch(uint256 amountReleased, uint256 balancePre, uint256 balancePost);
    error NotACompatiblePool(address notPool);
    error InvalidDataLength(uint256 expected, uint256 actual);
    error CanOnlySelfCall();
    error ExecutionError(bytes32 messageId, bytes err);
    error InvalidManualExecutionGasLimit(uint64 sourceChainSelector, bytes32 messageId, uint256 newLimit);
    /// @notice The caller of `execute` is not the operator.
    error UnauthorizedTransmitter();
    /// @notice The message was not tried yet, and `permissionLessExecutionThresholdSeconds` have not passed since its record.
    error ManualExecutionNotYetEnabled(uint64 sourceChainSelector);

    // Ours.
    /// @notice No message with this id came from the chain under this number.
    error NotRecorded(uint64 sourceChainSelector, uint64 sequenceNumber, bytes32 messageId);
    error AlreadyRecorded(uint64 sourceChainSelector, uint64 sequenceNumber);
    /// @notice The message is executed, or was tried: one that failed is repeated by `manuallyExecute`.
    error NotUntouched(bytes32 messageId, ExecutionState state);
    /// @notice An earlier message of the same sender, which asked for order, was not tried yet.
    error NotInOrder(uint64 expected, uint64 actual);
    /// @notice The destination refuses the transaction that executes the message; stored as the message's failure and never reverted with.
    error ExecutionRefused(string reason);
    /// @notice There are no node operators that fees are shared with, as in CCIP 1.5: an application that funds itself by them is created
    /// with 0 round trips before it is funded.
    error NoNodeOperators();
    /// @notice The transaction's remaining gas could make the message fail.
    error NotEnoughGas(uint256 required, uint256 actual);

    /// @notice Sends a message whose fee and tokens the router has moved. The router.
    function forwardFromRouter(uint64 destChainSelector, CcipRequest calldata message, uint256 feeTokenAmount, address originalSender)
        external
        returns (bytes32 messageId);

    /// @notice Executes a message for the first time, with the gas that was paid for; a failure is stored and can be repeated.
    /// Called by the operator, which does what CCIP's oracle network does.
    function execute(CcipRampMessage calldata message) external;

    /// @notice Stores as a failure that the destination refuses to run the message in any transaction, so that later messages of an ordered
    /// sender continue. The message has its turn, and any account can execute it manually afterwards. Called by the operator.
    /// @dev An operator that lies delays nothing, because any account may execute a failed message immediately; it can only let later
    /// messages of a sender continue before this one.
    function recordRefusal(CcipRampMessage calldata message, string calldata reason) external;

    /// @notice Executes a message that has failed, or that waits for longer than `permissionLessExecutionThresholdSeconds`; reverts
    /// if a message that had failed fails again. Called by any account.
    /// @param gasLimit For the receiver, at least what was paid for; 0 for that.
    function manuallyExecute(CcipRampMessage calldata message, uint256 gasLimit) external;

    /// @notice A part of an execution, undone as one. This contract.
    function deliver(CcipRampMessage calldata message, uint256 gasLimit) external;

    /// @notice Refuses: a function of CCIP 1.5, for applications that are among those whom it pays.
    function payNops() external pure;

    /// @notice Sets the price of gas on a member, in coins and fee tokens alike, and whether its coin is this
    /// member's. The operator.
    function setPrice(uint64 destChainSelector, uint256 weiPerGas, bool sharesCoin) external;

    /// @notice Takes fees. The operator.
    function withdrawFee(address token, address to, uint256 amount) external;

    function getFee(uint64 destChainSelector, CcipRequest calldata message) external view returns (uint256 fee);

    /// @notice This member's.
    function selector() external view returns (uint64);

    /// @notice 0 where the token has none.
    function getPoolBySourceToken(uint64 destChainSelector, address token) external view returns (address pool);

    function getExpectedNextSequenceNumber(uint64 destChainSelector) external view returns (uint64);

    /// @notice Nonce of the last message of a sender that requested order.
    function getOutboundNonce(uint64 destChainSelector, address sender) external view returns (uint64);

    function getInboundNonce(uint64 sourceChainSelector, address sender) external view returns (uint64);

    function getExecutionState(uint64 sourceChainSelector, uint64 sequenceNumber) external view returns (ExecutionState);

    /// @notice Seconds after a message's record during which only the operator may execute it first.
    function permissionLessExecutionThresholdSeconds() external view returns (uint32);

    /// @notice The id that came from a member under this number; 0 for none.
    function recordOf(uint64 sourceChainSelector, uint64 sequenceNumber) external view returns (bytes32 messageId);

    function priceOf(uint64 destChainSelector) external view returns (uint256 weiPerGas);

    /// @notice Whether a member's coin is this member's, so that wrapped coins may go there.
    function sharesCoin(uint64 chainSelector) external view returns (bool);

    /// @notice The other members that prices were set for.
    function lanes() external view returns (uint64[] memory chainSelectors);

    // What CCIP's clients ask parts of 1.6 for, as published: the onramp, the offramp, and the fee quoter.

    function typeAndVersion() external pure returns (string memory);

    function getStaticConfig() external view returns (OnRampStaticConfig memory);

    function getDynamicConfig() external view returns (OnRampDynamicConfig memory);

    /// @return sequenceNumber Of the last message to that member.
    /// @return allowlistEnabled Never.
    /// @return router_ 0 for a chain to which nothing is sent.
    function getDestChainConfig(uint64 destChainSelector)
        external
        view
        returns (uint64 sequenceNumber, bool allowlistEnabled, address router_);

    function getSourceChainConfig(uint64 sourceChainSelector) external view returns (SourceChainConfig memory);

    function getFeeTokens() external view returns (address[] memory);
}
