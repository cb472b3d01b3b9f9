// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICrossL2Inbox, Identifier} from "../../interfaces/bridges/superchain/ICrossL2Inbox.sol";
import {IERC7786Recipient} from "../../interfaces/l2/IERC7786.sol";
import {InteroperableAddress} from "../../l2/InteroperableAddress.sol";
import {Predeploys} from "../../l2/Predeploys.sol";
import {SuperchainPredeploys} from "./SuperchainPredeploys.sol";

/// @notice See {ICrossL2Inbox}.
contract CrossL2Inbox is ICrossL2Inbox {
    /// @dev A first read of a slot costs 2,100 gas, and one that the access list names 100 (EIP-2929).
    uint256 private constant MOST_WARM_READ_GAS = 1_000;
    /// @dev First byte of a checksum in the interop specification.
    uint256 private constant CHECKSUM_TYPE = 3;
    /// @dev Block number, timestamp and hash.
    uint256 private constant RECORD_LENGTH = 96;

    /// @inheritdoc ICrossL2Inbox
    mapping(bytes32 record => bool) public isProven;

    /// @inheritdoc IERC7786Recipient
    function receiveMessage(bytes32, bytes calldata sender, bytes calldata payload) external payable returns (bytes4) {
        if (msg.sender != Predeploys.INTEROP_CENTER) revert NotTheCenter(Predeploys.INTEROP_CENTER, msg.sender);
        (uint256 chainId, address account) = InteroperableAddress.parse(sender);
        if (account != SuperchainPredeploys.MESSENGER) revert NotTheMessenger(SuperchainPredeploys.MESSENGER, account);
        if (msg.value != 0) revert ValueNotTaken(msg.value);
        if (payload.length != RECORD_LENGTH) revert NotARecord(RECORD_LENGTH, payload.length);
        (uint256 blockNumber, uint256 timestamp, bytes32 msgHash) = abi.decode(payload, (uint256, uint256, bytes32));
        bytes32 record = recordOf(Identifier(account, blockNumber, 0, timestamp, chainId), msgHash);
        isProven[record] = true;
        emit MessageProven(chainId, record);
        return IERC7786Recipient.receiveMessage.selector;
    }

    /// @inheritdoc ICrossL2Inbox
    function validateMessage(Identifier calldata id, bytes32 msgHash) external {
        if (!_isWarm(calculateChecksum(id, msgHash))) revert NotInAccessList();
        bytes32 record = recordOf(id, msgHash);
        if (!isProven[record]) revert NotProven(id.chainId, record);
        emit ExecutingMessage(msgHash, id);
    }

    /// @inheritdoc ICrossL2Inbox
    function calculateChecksum(Identifier memory id, bytes32 msgHash) public pure returns (bytes32) {
        if (id.blockNumber > type(uint64).max) revert BlockNumberTooHigh();
        if (id.logIndex > type(uint32).max) revert LogIndexTooHigh();
        if (id.timestamp > type(uint64).max) revert TimestampTooHigh();
        bytes32 logHash = keccak256(abi.encodePacked(id.origin, msgHash));
        uint256 place = (id.blockNumber << 96) | (id.timestamp << 32) | id.logIndex;
        bytes32 idLogHash = keccak256(abi.encodePacked(logHash, place));
        uint256 bare = uint256(keccak256(abi.encodePacked(idLogHash, id.chainId)));
        return bytes32((bare & (type(uint256).max >> 8)) | (CHECKSUM_TYPE << 248));
    }

    /// @inheritdoc ICrossL2Inbox
    function recordOf(Identifier memory id, bytes32 msgHash) public pure returns (bytes32) {
        return keccak256(abi.encode(id.origin, id.blockNumber, id.timestamp, id.chainId, msgHash));
    }

    /// @dev The cost of a read shows whether the access list names the slot: nothing of this contract is stored there.
    function _isWarm(bytes32 slot) private view returns (bool warm) {
        assembly ("memory-safe") {
            let before := gas()
            // Used below, so that the read stays.
            let value := sload(slot)
            let spent := sub(before, gas())
            warm := and(lt(spent, MOST_WARM_READ_GAS), iszero(value))
        }
    }
}
