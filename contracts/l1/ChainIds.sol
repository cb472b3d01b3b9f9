// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {Predeploys} from "../l2/Predeploys.sol";
import {ChainAncestry} from "../libraries/ChainAncestry.sol";
import {RecordedHashes} from "../libraries/RecordedHashes.sol";
import {ChainConfiguration} from "../types/ChainConfiguration.sol";

/// @title Which ids this factory gives out, and to whom
/// @notice An id names the chain's whole ancestry ({ChainAncestry}), so that no chain can take one under another chain.
abstract contract ChainIds is IChainFactory {
    /// @dev A stock of announcements, kept so as to be first with any id that others show, must be renewed every day.
    uint256 private constant ANNOUNCEMENT_LIFETIME = 1 days;

    /// @inheritdoc IChainFactory
    uint256 public immutable revealDelay;
    /// @dev A settlement layer that is itself a hyperchain gives out its own prefix only.
    bool private immutable isOnHyperchain;

    /// @inheritdoc IChainFactory
    mapping(bytes32 announcement => uint256) public announcedAt;

    constructor(uint256 revealDelay_) {
        revealDelay = revealDelay_;
        isOnHyperchain = Predeploys.SYSTEM_CONTEXT.code.length != 0;
    }

    /// @inheritdoc IChainFactory
    function announceChain(bytes32 announcement) external {
        uint256 before = announcedAt[announcement];
        // Others may repeat an announcement; that must not put its time off.
        if (before != 0 && block.timestamp <= before + ANNOUNCEMENT_LIFETIME) return;
        announcedAt[announcement] = block.timestamp;
        emit ChainAnnounced(announcement);
    }

    /// @dev Uses an announcement up: the caller's, of exactly this configuration.
    function _useAnnouncement(ChainConfiguration calldata configuration, bytes32 secret) internal {
        bytes32 announcement = RecordedHashes.announcement(block.chainid, msg.sender, secret, configuration);
        uint256 since = announcedAt[announcement];
        if (since == 0) revert ChainNotAnnounced(announcement);
        if (block.timestamp < since + revealDelay) revert CreationTooEarly(since + revealDelay, block.timestamp);
        if (block.timestamp > since + ANNOUNCEMENT_LIFETIME) {
            revert AnnouncementExpired(since + ANNOUNCEMENT_LIFETIME, block.timestamp);
        }
        delete announcedAt[announcement];
    }

    function _requireOwnId(uint256 chainId) internal view {
        if (chainId == block.chainid) revert ChainIdOfSettlementChain(chainId);
        uint256 prefixBits = _prefixBits();
        uint256 prefix = prefixBits == 0 ? 0 : block.chainid;
        uint256 limit = prefixBits == 0
            ? ChainAncestry.L2_BITS
            : prefixBits == ChainAncestry.L2_BITS ? ChainAncestry.L3_BITS : ChainAncestry.L4_BITS;
        // An L4's own id has more bits than any prefix, so that nothing fits there.
        bool fits = chainId != 0 && chainId >> limit == 0 && chainId % (1 << prefixBits) == prefix;
        if (!fits) revert ChainIdOutOfRange(prefix, prefixBits, limit, chainId);
    }

    /// @dev Number of an id's bits that belong to this settlement layer.
    function _prefixBits() private view returns (uint256) {
        if (!isOnHyperchain) return 0;
        return block.chainid >> ChainAncestry.L2_BITS == 0 ? ChainAncestry.L2_BITS : ChainAncestry.L3_BITS;
    }
}
