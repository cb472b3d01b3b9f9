// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Composition, Execution, IDevnetExecutor, NativeDrop} from "../interfaces/bridges/IDevnetExecutor.sol";
import {ILayerZeroEndpoint, ILayerZeroSendLibrary} from "../interfaces/bridges/ILayerZero.sol";
import {ExecutorOptions} from "./ExecutorOptions.sol";

/// @notice See {IDevnetExecutor}. Holds nothing between transactions.
contract DevnetExecutor is IDevnetExecutor {
    /// @notice Costs of executing on another member.
    struct Destination {
        uint128 weiPerGas;
        bool sharesCoin;
    }

    uint256 private constant MAX_GAS = 5_000_000;
    uint256 private constant MAX_VALUE = 10 ether;
    /// @dev Gas of commitment and execution, without the receiver's; and of each byte of the message.
    uint256 private constant BASE_GAS = 300_000;
    uint256 private constant BYTE_GAS = 40;
    uint256 private constant DROP_GAS = 100_000;
    /// @dev So that a message's drops and its call fit into one transaction.
    uint256 private constant MAX_DROPS = 32;
    uint256 private constant MAX_REASON = 4_096;
    /// @dev Gas on top of the call's: for its value (9,000), and for the code between check and call.
    uint256 private constant MARGIN = 12_000;

    address public immutable operator;
    ILayerZeroEndpoint public immutable endpoint;
    address public immutable sendLibrary;
    mapping(uint32 eid => Destination) public destinationOf;
    /// @inheritdoc IDevnetExecutor
    mapping(bytes32 guid => bool) public isDropped;

    modifier onlyOperator() {
        if (msg.sender != operator) revert NotTheOperator(operator, msg.sender);
        _;
    }

    constructor(address operator_, ILayerZeroEndpoint endpoint_, address sendLibrary_) {
        operator = operator_;
        endpoint = endpoint_;
        sendLibrary = sendLibrary_;
    }

    /// @inheritdoc IDevnetExecutor
    function assignJob(uint32 dstEid, address, uint256 calldataSize, bytes calldata options)
        external
        view
        returns (uint256 fee)
    {
        if (msg.sender != sendLibrary) revert NotTheSendLibrary(sendLibrary, msg.sender);
        return _fee(dstEid, calldataSize, options);
    }

    /// @inheritdoc IDevnetExecutor
    function execute(Execution calldata execution, NativeDrop[] calldata drops)
        external
        payable
        onlyOperator
        returns (bool success)
    {
        bytes memory reason;
        uint256 value = msg.value - _drop(execution.guid, drops);
        bytes memory data = abi.encodeCall(
            endpoint.lzReceive,
            (execution.origin, execution.receiver, execution.guid, execution.message, execution.extraData)
        );
        (success, reason) = _call(execution.gasLimit, value, data);
        if (!success) {
            endpoint.lzReceiveAlert(
                execution.origin,
                execution.receiver,
                execution.guid,
                execution.gasLimit,
                value,
                execution.message,
                execution.extraData,
                reason
            );
        }
        _giveBack();
    }

    /// @inheritdoc IDevnetExecutor
    function drop(bytes32 guid, NativeDrop[] calldata drops) external payable onlyOperator {
        _drop(guid, drops);
        _giveBack();
    }

    /// @inheritdoc IDevnetExecutor
    function compose(Composition calldata queued) external payable onlyOperator returns (bool success) {
        bytes memory reason;
        bytes memory data = abi.encodeCall(
            endpoint.lzCompose,
            (queued.from, queued.to, queued.guid, queued.index, queued.message, queued.extraData)
        );
        (success, reason) = _call(queued.gasLimit, msg.value, data);
        if (!success) {
            endpoint.lzComposeAlert(
                queued.from,
                queued.to,
                queued.guid,
                queued.index,
                queued.gasLimit,
                msg.value,
                queued.message,
                queued.extraData,
                reason
            );
        }
        _giveBack();
    }

    /// @inheritdoc IDevnetExecutor
    function setDestination(uint32 eid, uint256 weiPerGas, bool sharesCoin) external onlyOperator {
        destinationOf[eid] = Destination(uint128(weiPerGas), sharesCoin);
        emit DestinationSet(eid, uint128(weiPerGas), sharesCoin);
    }

    /// @inheritdoc IDevnetExecutor
    function withdrawFee(address to, uint256 amount) external onlyOperator {
        ILayerZeroSendLibrary(sendLibrary).withdrawFee(to, amount);
    }

    /// @inheritdoc IDevnetExecutor
    function getFee(uint32 dstEid, address, uint256 calldataSize, bytes calldata options)
        external
        view
        returns (uint256 fee)
    {
        return _fee(dstEid, calldataSize, options);
    }

    /// @dev Marked first: a receiver of coins may call anything. An event announces its failure, and its coins are refunded to the operator.
    /// @return reserved Part of the transaction's value that is for drops, also if they were paid before.
    function _drop(bytes32 guid, NativeDrop[] calldata drops) private returns (uint256 reserved) {
        for (uint256 i = 0; i < drops.length; ++i) reserved += drops[i].amount;
        if (reserved > msg.value) revert NotEnoughValue(reserved, msg.value);
        if (drops.length == 0 || isDropped[guid]) return reserved;
        isDropped[guid] = true;
        for (uint256 i = 0; i < drops.length; ++i) {
            (address receiver, uint256 amount) = (drops[i].receiver, drops[i].amount);
            _requireGas(DROP_GAS);
            bool success;
            // Copies nothing of what the receiver returns.
            assembly ("memory-safe") {
                success := call(DROP_GAS, receiver, amount, 0, 0, 0, 0)
            }
            emit NativeDropped(guid, receiver, amount, success);
        }
    }

    /// @dev With exactly this gas, so that a failure is the receiver's: too little in the transaction reverts all of it.
    function _call(uint256 gasLimit, uint256 value, bytes memory data)
        private
        returns (bool success, bytes memory reason)
    {
        address target = address(endpoint);
        _requireGas(gasLimit);
        // Solidity's own call would copy all that a receiver reverts with, for this contract's gas.
        assembly ("memory-safe") {
            success := call(gasLimit, target, value, add(data, 0x20), mload(data), 0, 0)
            let size := returndatasize()
            if gt(size, MAX_REASON) { size := MAX_REASON }
            reason := mload(0x40)
            mstore(0x40, add(reason, and(add(size, 0x3f), not(0x1f))))
            mstore(reason, size)
            returndatacopy(add(reason, 0x20), 0, size)
        }
    }

    /// @dev A call passes on at most 63/64 of the gas that is left.
    function _requireGas(uint256 gasLimit) private view {
        uint256 required = gasLimit + gasLimit / 63 + MARGIN;
        if (gasleft() < required) revert NotEnoughGas(required, gasleft());
    }

    function _giveBack() private {
        uint256 rest = address(this).balance;
        if (rest == 0) return;
        (bool success,) = operator.call{value: rest}("");
        if (!success) revert PaymentFailed(operator, rest);
    }

    function _fee(uint32 dstEid, uint256 calldataSize, bytes calldata options) private view returns (uint256) {
        Destination memory destination = destinationOf[dstEid];
        if (destination.weiPerGas == 0) revert UnknownDestination(dstEid);
        ExecutorOptions.Sum memory asked = ExecutorOptions.sum(options);
        if (asked.receiveGas == 0) revert NoGas(ExecutorOptions.RECEIVE);
        if (asked.gas > MAX_GAS) revert GasTooHigh(MAX_GAS, asked.gas);
        if (asked.drops > MAX_DROPS) revert TooManyDrops(MAX_DROPS, asked.drops);
        if (asked.value > MAX_VALUE) revert ValueTooHigh(MAX_VALUE, asked.value);
        if (asked.value != 0 && !destination.sharesCoin) revert OtherCoin(dstEid);
        uint256 extra = asked.calls * (BASE_GAS + BYTE_GAS * calldataSize) + asked.drops * DROP_GAS;
        return (asked.gas + extra) * destination.weiPerGas + asked.value;
    }
}
