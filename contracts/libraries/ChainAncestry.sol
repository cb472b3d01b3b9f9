// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What a chain's id says of the chains below it
/// @notice An id names the chain's whole ancestry: 0…31 the L2's number ‖ 32…43 the L3's ‖ 44…51 the L4's. Factories give out no
/// others, so the lowest bits of an id are the id of what the chain settles on.
library ChainAncestry {
    uint256 internal constant L2_BITS = 32;
    uint256 internal constant L3_BITS = 44;
    uint256 internal constant L4_BITS = 52;

    /// @notice Id of the chain on which this one settles; 0 if that is L1.
    function parentOf(uint256 chainId) internal pure returns (uint256) {
        if (chainId >> L2_BITS == 0) return 0;
        return chainId % (1 << (chainId >> L3_BITS == 0 ? L2_BITS : L3_BITS));
    }

    /// @notice True for an id of a chain that settles on another chain: no factory on L1 assigns it.
    function isOnChain(uint256 chainId) internal pure returns (bool) {
        return chainId >> L2_BITS != 0 && chainId >> L4_BITS == 0;
    }
}
