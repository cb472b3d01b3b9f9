// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ICrossChainViews, RemoteValue} from "../interfaces/l2/ICrossChainViews.sol";

/// @title Storage of contracts on other chains, for contracts that read it
/// @notice What another chain's contract held in a slot after a batch that L1 has executed, as `CrossChainViews` keeps it. Anyone
/// brings it there, with a proof (`loadSlot` of the client); until that happened these revert.
/// @dev What is kept grows old: no later change is in it. A caller says how old it may be by L1's clock, best against a time that
/// L1 has told (another value's `executedAt`): against the own chain's clock a stalled settlement would refuse everything.
library RemoteSlots {
    ICrossChainViews private constant VIEWS = ICrossChainViews(address(0x1000f));

    /// @notice The value may be the word of the other chain's quorum: not all batches from `provenFrom` to its own are proven.
    error ExecutionNotProven(uint256 chainId, uint64 batchNumber, uint64 provenSince, uint64 provenFrom);

    /// @notice The newest state of the slot that is kept here.
    /// @param notBefore When L1 executed its batch at the earliest, seconds by L1's clock.
    function readRemote(uint256 chainId, address account, uint256 slot, uint64 notBefore)
        internal
        view
        returns (RemoteValue memory)
    {
        return VIEWS.read(chainId, account, slot, notBefore, new string[](0));
    }

    /// @notice The newest state of the slot that is kept here, if the execution of all batches from `provenFrom` to its own is proven:
    /// no quorum has to be believed, but the caller must trust the state before `provenFrom`. A proof of the value's own batch would
    /// not do: it begins with whatever state an unproven batch before it left.
    /// @param provenFrom 1 trusts the chain's first state alone, which no proof covers.
    function readProven(uint256 chainId, address account, uint256 slot, uint64 notBefore, uint64 provenFrom)
        internal
        view
        returns (RemoteValue memory kept)
    {
        kept = readRemote(chainId, account, slot, notBefore);
        if (kept.provenSince > provenFrom || kept.batchNumber < provenFrom) {
            revert ExecutionNotProven(chainId, kept.batchNumber, kept.provenSince, provenFrom);
        }
    }
}
