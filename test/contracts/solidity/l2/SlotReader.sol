// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchRoot, ICrossChainViews, RemoteValue, SlotProof} from "../../../../contracts/interfaces/l2/ICrossChainViews.sol";
import {LeafPath, LowLeaf} from "../../../../contracts/interfaces/IStateTree.sol";
import {RemoteSlots} from "../../../../contracts/libraries/RemoteSlots.sol";
import {Predeploys} from "../../../../contracts/l2/Predeploys.sol";

/// @notice Acts on what a contract of another chain has in its storage, as a dapp would.
contract SlotReader {
    /// @notice Value of the last read.
    uint256 public seen;
    /// @notice Accounts that had nothing there.
    mapping(uint256 slot => bool) public isNew;

    function take(uint256 chainId, address account, uint256 slot, uint64 notBefore) external {
        seen = RemoteSlots.readRemote(chainId, account, slot, notBefore).value;
    }

    function takeProven(uint256 chainId, address account, uint256 slot, uint64 notBefore, uint64 provenFrom) external {
        seen = RemoteSlots.readProven(chainId, account, slot, notBefore, provenFrom).value;
    }

    function prove(BatchRoot calldata batch, address account, uint256 slot, SlotProof calldata proof) external {
        seen = ICrossChainViews(Predeploys.CROSS_CHAIN_VIEWS).storageAt(batch, account, slot, proof).value;
    }

    function proveNew(BatchRoot calldata batch, address account, uint256 slot, LowLeaf calldata low, LeafPath calldata path)
        external
    {
        ICrossChainViews(Predeploys.CROSS_CHAIN_VIEWS).requireAbsent(batch, false, account, slot, low, path);
        isNew[slot] = true;
    }
}
