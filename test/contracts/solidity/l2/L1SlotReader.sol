// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IL1Storage, L1SlotProof, L1Value} from "../../../../contracts/interfaces/l2/IL1Storage.sol";

/// @notice Acts on storage of a contract on L1, as a dapp would.
contract L1SlotReader {
    IL1Storage private immutable l1;

    /// @notice Value that was read last.
    uint256 public seen;

    error BlockTooOld(uint256 notBefore, uint256 timestamp);

    constructor(IL1Storage l1_) {
        l1 = l1_;
    }

    function take(address account, uint256 slot, L1SlotProof calldata proof, uint256 notBefore) external {
        L1Value memory shown = l1.slotAt(account, slot, proof);
        if (shown.timestamp < notBefore) revert BlockTooOld(notBefore, shown.timestamp);
        seen = shown.value;
    }

    function takeStored(address account, uint256 slot, uint256 notBefore) external {
        seen = l1.read(account, slot, notBefore).value;
    }
}
