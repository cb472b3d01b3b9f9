// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC7786Recipient} from "../../l2/IERC7786.sol";

/// @notice Position of a log, in the terms of the Superchain's contracts.
struct Identifier {
    address origin;
    uint256 blockNumber;
    uint256 logIndex;
    uint256 timestamp;
    uint256 chainId;
}

/// @title The Superchain's inbox, which says whether a log of another chain is true
/// @notice There its word is the sequencer's, for logs of any contract. Here it is a message of the source
/// chain's messenger, which that chain's batch on L1 proves, so that only the messenger's logs are known. A
/// contract does not know the index of its log: any index is accepted, and the messages have separate
/// numbers.
/// @dev Trusted: the interop center of this chain, for which chain and account a message is from; a source
/// chain, for its own messages only.
interface ICrossL2Inbox is IERC7786Recipient {
    event ExecutingMessage(bytes32 indexed msgHash, Identifier id);
    /// @notice A chain has proven a message of its messenger.
    /// @param record Hash of where it was sent and of its payload: see {recordOf}.
    event MessageProven(uint256 indexed sourceChainId, bytes32 indexed record);

    /// @notice The transaction's access list lacks the checksum's slot of this contract.
    error NotInAccessList();
    /// @notice No batch of the source chain has brought it yet, or its source has sent no such message.
    error NotProven(uint256 sourceChainId, bytes32 record);
    error BlockNumberTooHigh();
    error LogIndexTooHigh();
    error TimestampTooHigh();
    error NotTheCenter(address expected, address actual);
    error NotTheMessenger(address expected, address actual);
    error ValueNotTaken(uint256 value);
    error NotARecord(uint256 expected, uint256 actual);

    /// @notice Succeeds for a message that is proven, in a transaction whose access list names it.
    /// @param msgHash Hash of the log's topics and data.
    function validateMessage(Identifier calldata id, bytes32 msgHash) external;

    /// @notice The slot that an access list must have.
    function calculateChecksum(Identifier memory id, bytes32 msgHash) external pure returns (bytes32 checksum);

    /// @notice Hash that represents a message: all of it except the log's index.
    function recordOf(Identifier memory id, bytes32 msgHash) external pure returns (bytes32 record);

    function isProven(bytes32 record) external view returns (bool);
}
