// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    CcipDelivery,
    CcipHeader,
    CcipRampMessage,
    CcipTokenAmount,
    CcipTokenTransfer,
    ICcipPool,
    ICcipReceiver,
    OnRampDynamicConfig,
    OnRampStaticConfig,
    ReleaseOrMintIn,
    SourceChainConfig
} from "../../interfaces/bridges/ccip/ICcip.sol";
import {ExecutionState, ICcipRamps} from "../../interfaces/bridges/ccip/ICcipRamps.sol";
import {ICcipRmn} from "../../interfaces/bridges/ccip/ICcipRmn.sol";
import {ICcipRouter} from "../../interfaces/bridges/ccip/ICcipRouter.sol";
import {ICcipTokenAdmin} from "../../interfaces/bridges/ccip/ICcipTokenAdmin.sol";
import {ProvenPeer} from "../ProvenPeer.sol";
import {CcipLane} from "./CcipLane.sol";
import {CcipOnRamp} from "./CcipOnRamp.sol";
import {ExactCall} from "./ExactCall.sol";

/// @notice Receiving and sending end of the ramps: see {ICcipRamps}.
contract CcipRamps is CcipOnRamp {
    /// @notice Contracts of the ramps' member that they call.
    struct Parts {
        ICcipRouter router;
        ICcipRmn rmn;
        ICcipTokenAdmin registry;
        address wrappedNative;
        address link;
    }

    /// @notice Stage of a message. One word, so that the time costs no second one.
    struct Progress {
        ExecutionState state;
        uint48 recordedAt;
    }

    bytes4 private constant BALANCE_OF = 0x70a08231;

    /// @inheritdoc ICcipRamps
    mapping(uint64 sourceChainSelector => mapping(uint64 sequenceNumber => bytes32)) public recordOf;
    mapping(uint64 sourceChainSelector => mapping(uint64 sequenceNumber => Progress)) private progressOf;
    /// @inheritdoc ICcipRamps
    mapping(uint64 sourceChainSelector => mapping(address sender => uint64)) public getInboundNonce;
    /// @inheritdoc ICcipRamps
    uint32 public constant permissionLessExecutionThresholdSeconds = 8 hours;

    constructor(address operator_, uint64 selector_, Parts memory parts)
        ProvenPeer(operator_)
        CcipLane(selector_, parts.router, parts.rmn, parts.registry)
        CcipOnRamp(parts.wrappedNative, parts.link)
    {}

    /// @inheritdoc ICcipRamps
    function execute(CcipRampMessage calldata message) external {
        if (msg.sender != operator) revert UnauthorizedTransmitter();
        CcipHeader calldata header = message.header;
        ExecutionState state = getExecutionState(header.sourceChainSelector, header.sequenceNumber);
        if (state != ExecutionState.UNTOUCHED) revert NotUntouched(header.messageId, state);
        _execute(message, _paidGas(message));
    }

    /// @inheritdoc ICcipRamps
    function recordRefusal(CcipRampMessage calldata message, string calldata reason) external {
        if (msg.sender != operator) revert UnauthorizedTransmitter();
        CcipHeader calldata header = message.header;
        (uint64 source, uint64 number, bytes32 id) = (header.sourceChainSelector, header.sequenceNumber, header.messageId);
        ExecutionState before = _begin(message);
        if (before != ExecutionState.UNTOUCHED) revert NotUntouched(id, before);
        progressOf[source][number].state = ExecutionState.FAILURE;
        bytes memory data = abi.encodeWithSelector(ExecutionRefused.selector, reason);
        emit ExecutionStateChanged(source, number, id, id, ExecutionState.FAILURE, data, 0);
    }

    /// @inheritdoc ICcipRamps
    function manuallyExecute(CcipRampMessage calldata message, uint256 gasLimit) external {
        CcipHeader calldata header = message.header;
        Progress memory before = progressOf[header.sourceChainSelector][header.sequenceNumber];
        bool isOld = block.timestamp - before.recordedAt > permissionLessExecutionThresholdSeconds;
        if (before.state == ExecutionState.UNTOUCHED && !isOld) {
            revert ManualExecutionNotYetEnabled(header.sourceChainSelector);
        }
        uint256 paid = _paidGas(message);
        if (gasLimit != 0 && gasLimit < paid) {
            revert InvalidManualExecutionGasLimit(header.sourceChainSelector, header.messageId, gasLimit);
        }
        (bool success, bytes memory reason) = _execute(message, gasLimit == 0 ? paid : gasLimit);
        // Undone, because nothing has changed.
        if (!success && before.state == ExecutionState.FAILURE) revert ExecutionError(header.messageId, reason);
    }

    /// @inheritdoc ICcipRamps
    function deliver(CcipRampMessage calldata message, uint256 gasLimit) external {
        if (msg.sender != address(this)) revert CanOnlySelfCall();
        address receiver = abi.decode(message.receiver, (address));
        CcipTokenAmount[] memory amounts = new CcipTokenAmount[](message.tokenAmounts.length);
        for (uint256 i = 0; i < amounts.length; ++i) amounts[i] = _releaseOrMint(message, receiver, i);
        bool isCalled = message.data.length != 0 || gasLimit != 0;
        if (!isCalled || !ExactCall.hasInterface(receiver, ICcipReceiver.ccipReceive.selector)) return;
        CcipDelivery memory delivery = CcipDelivery({
            messageId: message.header.messageId,
            sourceChainSelector: message.header.sourceChainSelector,
            sender: abi.encode(message.sender),
            data: message.data,
            destTokenAmounts: amounts
        });
        (bool success, bytes memory reason,) = router.routeMessage(delivery, 0, gasLimit, receiver);
        if (!success) revert ReceiverError(reason);
    }

    /// @inheritdoc ICcipRamps
    function typeAndVersion() external pure returns (string memory) {
        return "OnRamp 1.6.0";
    }

    /// @inheritdoc ICcipRamps
    function getStaticConfig() external view returns (OnRampStaticConfig memory) {
        return OnRampStaticConfig(selector, address(rmn), address(this), address(registry));
    }

    /// @inheritdoc ICcipRamps
    function getDynamicConfig() external view returns (OnRampDynamicConfig memory) {
        return OnRampDynamicConfig(address(this), false, address(0), operator, address(0));
    }

    /// @inheritdoc ICcipRamps
    function getDestChainConfig(uint64 dest) external view returns (uint64, bool, address) {
        return (sequenceNumbers[dest], false, router.getOnRamp(dest) == address(0) ? address(0) : address(router));
    }

    /// @inheritdoc ICcipRamps
    function getSourceChainConfig(uint64 source) external view returns (SourceChainConfig memory) {
        uint256 chainId = chainOf[source];
        if (chainId == 0) return SourceChainConfig(address(router), false, 0, false, "");
        return SourceChainConfig(address(router), true, 1, true, abi.encode(remoteOf(chainId).peer));
    }

    /// @inheritdoc ICcipRamps
    function getFeeTokens() external view returns (address[] memory tokens) {
        tokens = new address[](2);
        (tokens[0], tokens[1]) = (wrappedNative, link);
    }

    /// @inheritdoc ICcipRamps
    function getExecutionState(uint64 source, uint64 number) public view returns (ExecutionState) {
        return progressOf[source][number].state;
    }

    /// @dev The first under a number stays. It calls nothing: whatever the receiver is, this does not fail.
    function _record(uint64 sourceId, bytes calldata payload) internal override {
        (uint64 sequenceNumber, bytes32 id) = abi.decode(payload, (uint64, bytes32));
        if (recordOf[sourceId][sequenceNumber] != 0) revert AlreadyRecorded(sourceId, sequenceNumber);
        recordOf[sourceId][sequenceNumber] = id;
        progressOf[sourceId][sequenceNumber].recordedAt = uint48(block.timestamp);
        emit MessageRecorded(sourceId, sequenceNumber, id);
    }

    /// @dev The chain comes out of the message: what a chain says of another's messages counts nothing.
    function _begin(CcipRampMessage calldata message) private returns (ExecutionState before) {
        CcipHeader memory header = message.header;
        (uint64 source, uint64 number) = (header.sourceChainSelector, header.sequenceNumber);
        _requireUncursed(source);
        before = getExecutionState(source, number);
        if (before == ExecutionState.IN_PROGRESS || before == ExecutionState.SUCCESS) {
            revert NotUntouched(header.messageId, before);
        }
        bytes32 id = _idOf(message);
        if (recordOf[source][number] != id || header.messageId != id) revert NotRecorded(source, number, id);
        if (header.nonce != 0 && before == ExecutionState.UNTOUCHED) _takeNonce(source, message.sender, header.nonce);
    }

    function _execute(CcipRampMessage calldata message, uint256 gasLimit)
        private
        returns (bool success, bytes memory reason)
    {
        _begin(message);
        CcipHeader calldata header = message.header;
        (uint64 source, uint64 number, bytes32 id) = (header.sourceChainSelector, header.sequenceNumber, header.messageId);
        _requireGas(message, gasLimit);

        uint256 gasBefore = gasleft();
        progressOf[source][number].state = ExecutionState.IN_PROGRESS;
        // What is copied here is bounded, since each call of a stranger's contract within is.
        try this.deliver(message, gasLimit) {
            success = true;
        } catch (bytes memory caught) {
            reason = caught;
        }
        ExecutionState state = success ? ExecutionState.SUCCESS : ExecutionState.FAILURE;
        progressOf[source][number].state = state;
        emit ExecutionStateChanged(source, number, id, id, state, reason, gasBefore - gasleft());
    }

    /// @dev Also one that fails has had its turn, so that it holds up no later one.
    function _takeNonce(uint64 source, address sender, uint64 nonce) private {
        uint64 expected = getInboundNonce[source][sender] + 1;
        if (nonce != expected) revert NotInOrder(expected, nonce);
        getInboundNonce[source][sender] = nonce;
    }

    function _releaseOrMint(CcipRampMessage calldata message, address receiver, uint256 index)
        private
        returns (CcipTokenAmount memory)
    {
        CcipTokenTransfer calldata sent = message.tokenAmounts[index];
        address token = abi.decode(sent.destTokenAddress, (address));
        address pool = registry.getPool(token);
        if (!ExactCall.hasInterface(pool, POOL_V1)) revert NotACompatiblePool(pool);
        (uint256 before, uint256 left) = _balanceOf(token, receiver, abi.decode(sent.destExecData, (uint32)));
        ReleaseOrMintIn memory input = ReleaseOrMintIn({
            originalSender: abi.encode(message.sender),
            remoteChainSelector: message.header.sourceChainSelector,
            receiver: receiver,
            sourceDenominatedAmount: sent.amount,
            localToken: token,
            sourcePoolAddress: abi.encode(sent.sourcePoolAddress),
            sourcePoolData: sent.extraData,
            offchainTokenData: ""
        });
        uint256 amount;
        (amount, left) = _wordOf(pool, abi.encodeCall(ICcipPool.releaseOrMint, (input)), left);
        if (receiver != pool) {
            (uint256 afterwards,) = _balanceOf(token, receiver, left);
            // Not added up: the pool says what it likes.
            if (afterwards < before || afterwards - before != amount) {
                revert ReleaseOrMintBalanceMismatch(amount, before, afterwards);
            }
        }
        return CcipTokenAmount(token, amount);
    }

    function _balanceOf(address token, address holder, uint256 gasLimit) private returns (uint256, uint256) {
        return _wordOf(token, abi.encodeWithSelector(BALANCE_OF, holder), gasLimit);
    }

    /// @return word What a stranger's contract returns.
    /// @return left Of the gas that it may take.
    function _wordOf(address target, bytes memory data, uint256 gasLimit)
        private
        returns (uint256 word, uint256 left)
    {
        (bool success, bytes memory returned, uint256 used) = ExactCall.run(target, data, gasLimit);
        if (!success) revert TokenHandlingError(target, returned);
        if (returned.length != 32) revert InvalidDataLength(32, returned.length);
        return (uint256(bytes32(returned)), used < gasLimit ? gasLimit - used : 0);
    }

    /// @dev So that a failure is the receiver's or its pool's. What calls pass on is 63/64 of what is left, at three depths.
    function _requireGas(CcipRampMessage calldata message, uint256 gasLimit) private view {
        uint256 needed = EXECUTION_GAS + BYTE_GAS * message.data.length + gasLimit;
        for (uint256 i = 0; i < message.tokenAmounts.length; ++i) {
            needed += EXECUTION_GAS + abi.decode(message.tokenAmounts[i].destExecData, (uint32));
        }
        needed += needed / 16;
        if (gasleft() < needed) revert NotEnoughGas(needed, gasleft());
    }

    /// @dev Gas limit that this message's ramp wrote.
    function _paidGas(CcipRampMessage calldata message) private pure returns (uint256 gasLimit) {
        return uint256(bytes32(message.extraArgs[4:36]));
    }
}
