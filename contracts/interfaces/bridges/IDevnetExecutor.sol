// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Origin} from "./ILayerZero.sol";

/// @notice Coins that a sender wants an account to get with its message.
struct NativeDrop {
    address receiver;
    uint256 amount;
}

/// @notice A verified message, and the gas that its sender paid for.
struct Execution {
    Origin origin;
    address receiver;
    bytes32 guid;
    bytes message;
    bytes extraData;
    uint256 gasLimit;
}

/// @notice Call that a receiver has queued for a contract.
struct Composition {
    address from;
    address to;
    bytes32 guid;
    uint16 index;
    bytes message;
    bytes extraData;
    uint256 gasLimit;
}

/// @title The LayerZero executor of an ecosystem of this project
/// @notice Says what an execution costs, and makes it with exactly the gas that the sender paid for.
/// @dev Trusted: the operator, for liveness alone. What it executes is checked by the endpoint against what was verified, and anyone may
/// execute the same without it.
interface IDevnetExecutor {
    event DestinationSet(uint32 indexed eid, uint256 weiPerGas, bool sharesCoin);
    event NativeDropped(bytes32 indexed guid, address indexed receiver, uint256 amount, bool success);

    error NotTheOperator(address operator, address caller);
    error NotTheSendLibrary(address expected, address actual);
    error UnknownDestination(uint32 eid);
    /// @notice An option that this executor does not know, or one of another length than its kind has.
    error InvalidOption(uint8 kind, uint256 length);
    /// @notice A call of this kind of option would get no gas: 1 is `lzReceive`, which each message needs, 3 is `lzCompose`.
    error NoGas(uint8 kind);
    error GasTooHigh(uint256 limit, uint256 actual);
    error ValueTooHigh(uint256 limit, uint256 actual);
    error TooManyDrops(uint256 limit, uint256 actual);
    /// @notice Coins are not brought to a chain with another base token.
    error OtherCoin(uint32 eid);
    error NotEnoughValue(uint256 required, uint256 actual);
    error NotEnoughGas(uint256 required, uint256 actual);
    error PaymentFailed(address receiver, uint256 amount);

    /// @notice Price of executing a message. `options` are LayerZero's of type 3, those for executors. Gas
    /// together is at most 5,000,000, drops are at most 32, and coins at most 10, only where both members
    /// have the same base token.
    function getFee(uint32 dstEid, address sender, uint256 calldataSize, bytes calldata options)
        external
        view
        returns (uint256 fee);

    /// @notice Assigns a message for the send library, which then owes the fee.
    function assignJob(uint32 dstEid, address sender, uint256 calldataSize, bytes calldata options)
        external
        returns (uint256 fee);

    /// @notice Pays the drops, unless they were paid before, and hands a verified message to its receiver with the rest of the value and
    /// exactly this gas. Where the receiver reverts, the endpoint says so (`LzReceiveAlert`, of at most 4,096 bytes) and the message can
    /// be executed again. The operator, who gets back what is left.
    /// @return success Whether the receiver took it.
    function execute(Execution calldata execution, NativeDrop[] calldata drops) external payable returns (bool success);

    /// @notice Pays the drops of a message, unless they were paid before: anyone may have executed it without them. The operator, who gets
    /// back what is left.
    function drop(bytes32 guid, NativeDrop[] calldata drops) external payable;

    /// @notice Executes a call that a receiver has queued for a contract (`lzCompose`), like `execute`. The
    /// operator.
    /// @return success Whether the contract took it.
    function compose(Composition calldata composition) external payable returns (bool success);

    /// @notice The operator.
    /// @param weiPerGas Of gas there, in this member's coin; 0: nothing is executed there.
    function setDestination(uint32 eid, uint256 weiPerGas, bool sharesCoin) external;

    /// @notice Takes what the send library owes. The operator.
    function withdrawFee(address to, uint256 amount) external;

    /// @notice Whether a message's drops were paid.
    function isDropped(bytes32 guid) external view returns (bool);
}
