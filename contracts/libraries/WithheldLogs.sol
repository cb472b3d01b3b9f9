// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AssetMessage} from "./AssetMessage.sol";
import {DiffList} from "./DiffList.sol";
import {L2LogTree} from "./L2LogTree.sol";
import {Pubdata} from "./Pubdata.sol";

/// @title Logs of a batch whose pubdata is not on L1
/// @notice Count (2), then logs as in the pubdata, with two more forms: `03 ‖ sender (20) ‖ keccak of the body (32)` is a message
/// without its body, and `04 ‖ length (3) ‖ body` a message of {HeldAccounts}. Asset messages must have their bodies, because L1 moves
/// balances by them, and messages of {HeldAccounts}, because a later listing of an account refutes an older claim of its contents.
library WithheldLogs {
    error MessageBodyWithheld(uint256 offset);

    /// @notice Address of {HeldAccounts} on each chain that has it (CREATE2).
    address internal constant HELD_ACCOUNTS = 0x3204b9A45c8C5DA07f528CF046B9D64a2C5520a4;

    uint256 internal constant HEADER_LENGTH = 2;

    function readCount(bytes calldata logs) internal pure returns (uint256 count) {
        if (logs.length < HEADER_LENGTH) revert Pubdata.Truncated(0);
        count = uint16(bytes2(logs[0:2]));
        if (count > 1 << L2LogTree.DEPTH) revert Pubdata.TooManyLogs(0);
    }

    /// @notice The log tree's leaves. Errors are those of Pubdata, with the offset of the offending log.
    function readLeaves(bytes calldata logs, uint256 count, bytes32[] memory canonicalTxHashes)
        internal
        pure
        returns (bytes32[] memory leaves)
    {
        leaves = new bytes32[](count);
        uint256 operations = 0;
        uint256 offset = HEADER_LENGTH;
        for (uint256 i = 0; i < count; ++i) {
            if (offset >= logs.length) revert Pubdata.Truncated(offset);
            uint8 head = uint8(logs[offset]);
            uint256 end = offset + 1;
            if (head < 2) {
                if (operations == canonicalTxHashes.length) revert Pubdata.OperationCountMismatch(offset);
                leaves[i] = L2LogTree.priorityOpLeaf(canonicalTxHashes[operations], head == 1);
                ++operations;
            } else if (head == 2) {
                if (offset + 24 > logs.length) revert Pubdata.Truncated(offset);
                end = offset + 24 + uint24(bytes3(logs[offset + 21:offset + 24]));
                if (end > logs.length) revert Pubdata.Truncated(offset);
                address sender = address(bytes20(logs[offset + 1:offset + 21]));
                leaves[i] = L2LogTree.messageLeaf(sender, keccak256(logs[offset + 24:end]));
            } else if (head == 3) {
                end = offset + 53;
                if (end > logs.length) revert Pubdata.Truncated(offset);
                address sender = address(bytes20(logs[offset + 1:offset + 21]));
                if (AssetMessage.isAssetSender(sender) || sender == HELD_ACCOUNTS) revert MessageBodyWithheld(offset);
                leaves[i] = L2LogTree.messageLeaf(sender, bytes32(logs[offset + 21:end]));
            } else if (head == 4) {
                if (offset + 4 > logs.length) revert Pubdata.Truncated(offset);
                end = offset + 4 + uint24(bytes3(logs[offset + 1:offset + 4]));
                if (end > logs.length) revert Pubdata.Truncated(offset);
                leaves[i] = L2LogTree.messageLeaf(HELD_ACCOUNTS, keccak256(logs[offset + 4:end]));
            } else {
                revert Pubdata.UnknownLogHead(offset);
            }
            offset = end;
        }
        if (operations != canonicalTxHashes.length) revert Pubdata.OperationCountMismatch(offset);
        if (offset != logs.length) revert DiffList.TrailingBytes(offset);
    }
}
