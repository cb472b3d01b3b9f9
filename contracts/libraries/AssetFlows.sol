// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AssetFlow} from "../types/AssetFlow.sol";
import {AssetTransfer} from "../types/AssetTransfer.sol";
import {AssetMessage} from "./AssetMessage.sol";

/// @title Sums of a batch's asset messages
library AssetFlows {
    /// @dev Sums in the making: an open-addressing table of places in `flows`, plus one.
    struct Sums {
        AssetFlow[] flows;
        uint256[] table;
        uint256 found;
        bytes32 salt;
        uint256 settlementChainId;
    }

    bytes32 internal constant FLOWS_TAG = keccak256("hyperchain.asset-flows.v1");

    /// @notice Sums asset messages by kind, destination and asset, in order of first appearance. A withdrawal to another
    /// chain than `settlementChainId` is no flow, like any body that is no asset message.
    /// @dev The logs must have been read already: lengths are not checked again.
    /// @param logs Logs from `offset` on, in the encoding of pubdata or of withheld pubdata.
    /// @param salt Something that senders of messages cannot foresee: it places flows in the table, so that nobody can
    /// choose assets that crowd one place and make the batch too dear to commit.
    function collect(bytes calldata logs, uint256 offset, uint256 count, uint256 settlementChainId, bytes32 salt)
        internal
        pure
        returns (AssetFlow[] memory flows)
    {
        uint256 candidates = _countCandidates(logs, offset, count);
        if (candidates == 0) return flows;
        uint256 size = 2;
        while (size < 2 * candidates) size <<= 1;
        Sums memory sums = Sums({
            flows: new AssetFlow[](candidates),
            table: new uint256[](size),
            found: 0,
            salt: salt,
            settlementChainId: settlementChainId
        });
        for (uint256 i = 0; i < count; ++i) {
            (uint256 next, bool candidate) = _step(logs, offset);
            if (candidate) _read(sums, logs[next - AssetMessage.LENGTH:next]);
            offset = next;
        }
        flows = sums.flows;
        uint256 found = sums.found;
        // Fewer flows than messages: the array keeps its memory and loses its tail.
        assembly ("memory-safe") {
            mstore(flows, found)
        }
    }

    /// @notice What a batch's commitment says about its flows.
    function hash(AssetFlow[] memory flows) internal pure returns (bytes32) {
        return keccak256(abi.encode(FLOWS_TAG, flows));
    }

    function _read(Sums memory sums, bytes calldata body) private pure {
        (bool valid, AssetTransfer memory transfer) = AssetMessage.decode(body);
        if (!valid) return;
        if (transfer.kind == AssetMessage.WITHDRAWAL && transfer.destinationChainId != sums.settlementChainId) return;
        if (transfer.kind != AssetMessage.HYPERBRIDGE_SEND) transfer.destinationChainId = 0;
        AssetFlow[] memory flows = sums.flows;
        uint256[] memory table = sums.table;
        uint256 place = _place(sums.salt, transfer) & (table.length - 1);
        // At least half of the table stays free, so the walk ends.
        for (uint256 entry = table[place]; entry != 0; entry = table[place]) {
            AssetFlow memory flow = flows[entry - 1];
            if (
                flow.kind == transfer.kind && flow.destinationChainId == transfer.destinationChainId
                    && flow.originChainId == transfer.originChainId && flow.originToken == transfer.originToken
            ) {
                flow.amount += transfer.amount;
                return;
            }
            place = (place + 1) & (table.length - 1);
        }
        flows[sums.found] = AssetFlow({
            kind: transfer.kind,
            destinationChainId: transfer.destinationChainId,
            originChainId: transfer.originChainId,
            originToken: transfer.originToken,
            amount: transfer.amount
        });
        table[place] = ++sums.found;
    }

    function _place(bytes32 salt, AssetTransfer memory transfer) private pure returns (uint256) {
        return uint256(
            keccak256(
                abi.encode(
                    salt, transfer.kind, transfer.destinationChainId, transfer.originChainId, transfer.originToken
                )
            )
        );
    }

    function _countCandidates(bytes calldata logs, uint256 offset, uint256 count) private pure returns (uint256 found) {
        for (uint256 i = 0; i < count; ++i) {
            bool candidate;
            (offset, candidate) = _step(logs, offset);
            if (candidate) ++found;
        }
    }

    /// @dev Where the next log begins, and whether this one is a body of an asset message's length from an asset predeploy.
    function _step(bytes calldata logs, uint256 offset) private pure returns (uint256 next, bool candidate) {
        uint256 word;
        assembly ("memory-safe") {
            word := calldataload(add(logs.offset, offset))
        }
        uint256 head = word >> 248;
        // Offsets stay below the calldata's length, which was checked when the logs were read.
        unchecked {
            if (head < 2) return (offset + 1, false);
            if (head == 3) return (offset + 53, false);
            uint256 length = (word >> 64) & 0xffffff;
            next = offset + 24 + length;
            candidate = length == AssetMessage.LENGTH && AssetMessage.isAssetSender(address(uint160(word >> 88)));
        }
    }
}
