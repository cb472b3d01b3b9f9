// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CcipRampMessage} from "../../interfaces/bridges/ccip/ICcip.sol";
import {ICcipRamps} from "../../interfaces/bridges/ccip/ICcipRamps.sol";
import {ICcipRmn} from "../../interfaces/bridges/ccip/ICcipRmn.sol";
import {ICcipRouter} from "../../interfaces/bridges/ccip/ICcipRouter.sol";
import {ICcipTokenAdmin} from "../../interfaces/bridges/ccip/ICcipTokenAdmin.sol";
import {ProvenPeer} from "../ProvenPeer.sol";

/// @notice Common part of both ends of CCIP's ramps: see {ICcipRamps}.
abstract contract CcipLane is ICcipRamps, ProvenPeer {
    /// @dev For a pool and its token, on the destination.
    uint32 internal constant POOL_GAS = 200_000;
    /// @dev Gas of a message without its receiver and pools: for proof and record, then for the ramps' work, and for each byte.
    uint256 internal constant RECORD_GAS = 500_000;
    /// @dev Gas for the data that a receiver's chain publishes if the receiver itself sends; the receiver's gas does not include it.
    uint256 internal constant PUBDATA_GAS = 1_000_000;
    uint256 internal constant EXECUTION_GAS = 300_000;
    uint256 internal constant BYTE_GAS = 8;
    bytes4 internal constant POOL_V1 = 0xaff2afbf;
    bytes32 private constant MESSAGE_TAG = keccak256("hyperchain CCIP message");

    /// @inheritdoc ICcipRamps
    uint64 public immutable selector;
    ICcipRouter public immutable router;
    ICcipRmn public immutable rmn;
    ICcipTokenAdmin public immutable registry;

    constructor(uint64 selector_, ICcipRouter router_, ICcipRmn rmn_, ICcipTokenAdmin registry_) {
        selector = selector_;
        router = router_;
        rmn = rmn_;
        registry = registry_;
    }

    function _requireUncursed(uint64 other) internal view {
        if (rmn.isCursed(bytes16(uint128(other)))) revert CursedByRMN(other);
    }

    /// @dev Hash of the whole message, with 0 as its id.
    function _idOf(CcipRampMessage memory message) internal pure returns (bytes32 id) {
        bytes32 named = message.header.messageId;
        message.header.messageId = 0;
        id = keccak256(abi.encode(MESSAGE_TAG, message));
        message.header.messageId = named;
    }
}
