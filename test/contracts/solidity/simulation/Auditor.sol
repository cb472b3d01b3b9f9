// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../../../../contracts/interfaces/IChainFactory.sol";
import {IHyperchain} from "../../../../contracts/interfaces/IHyperchain.sol";
import {ISharedBridge} from "../../../../contracts/interfaces/ISharedBridge.sol";
import {ITransactionRootRegistry} from "../../../../contracts/interfaces/ITransactionRootRegistry.sol";

interface IBalance {
    function balanceOf(address account) external view returns (uint256);
}

/// @notice Reads in one call what the invariants are about, through the public views alone.
contract Auditor {
    uint256 private constant WORDS_PER_CHAIN = 9;
    uint256 private constant WORDS_PER_ASSET = 3;

    /// @notice Per chain its counts, its state root, when its exit opens, and per asset balance, pot and transit; then per token
    /// what the bridge holds (0 is ETH); then the number of roots and the latest.
    function audit(
        IChainFactory factory,
        ITransactionRootRegistry roots,
        uint256[] calldata chainIds,
        bytes32[] calldata assets,
        address[] calldata tokens
    ) external view returns (uint256[] memory words) {
        ISharedBridge bridge = ISharedBridge(factory.sharedBridge());
        uint256 perChain = WORDS_PER_CHAIN + WORDS_PER_ASSET * assets.length;
        words = new uint256[](chainIds.length * perChain + tokens.length + 2);
        uint256 at = 0;
        for (uint256 i = 0; i < chainIds.length; ++i) {
            _readChain(IHyperchain(factory.getHyperchain(chainIds[i])), words, at);
            at += WORDS_PER_CHAIN;
            for (uint256 j = 0; j < assets.length; ++j) {
                words[at++] = bridge.chainBalance(chainIds[i], assets[j]);
                words[at++] = bridge.claimPot(chainIds[i], assets[j]);
                words[at++] = bridge.transit(chainIds[i], assets[j]);
            }
        }
        for (uint256 i = 0; i < tokens.length; ++i) {
            words[at++] =
                tokens[i] == address(0) ? address(bridge).balance : IBalance(tokens[i]).balanceOf(address(bridge));
        }
        uint256 latest = roots.latestRootIndex();
        words[at++] = latest;
        words[at] = uint256(roots.rootAt(latest));
    }

    /// @dev Chains that do not exist have assets in transit all the same.
    function _readChain(IHyperchain chain, uint256[] memory words, uint256 at) private view {
        if (address(chain) == address(0)) return;
        words[at] = chain.getTotalBatchesCommitted();
        words[at + 1] = chain.getTotalBatchesVerified();
        words[at + 2] = chain.getTotalBatchesExecuted();
        words[at + 3] = chain.revertCount();
        words[at + 4] = chain.exited() ? 1 : 0;
        words[at + 5] = chain.getTotalPriorityTxs();
        words[at + 6] = chain.getFirstUnprocessedPriorityTx();
        words[at + 7] = uint256(chain.executedStateRoot());
        words[at + 8] = chain.exitOpensAt();
    }
}
