// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CreatedAddress} from "./CreatedAddress.sol";

/// @title The contracts of a settlement, by their places
library SettlementPlaces {
    uint8 internal constant VERIFIERS = 0;
    uint8 internal constant ROOTS = 1;
    uint8 internal constant BYTECODES = 2;
    uint8 internal constant STATE_EXIT = 3;
    uint8 internal constant BRIDGE = 4;
    uint8 internal constant SETTINGS = 5;
    uint8 internal constant FACETS = 6;
    uint8 internal constant IMPLEMENTATION = 7;
    uint8 internal constant FACTORY = 8;
    uint8 internal constant COUNT = 9;

    /// @notice Address of a creator's contract of a place, also before it exists.
    function addressOf(address creator, uint8 place) internal pure returns (address) {
        return CreatedAddress.byCreate(creator, place + 1);
    }
}
