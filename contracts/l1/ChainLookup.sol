// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IChainDirectory} from "../interfaces/IChainDirectory.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";

/// @title Chains by id
abstract contract ChainLookup is IChainFactory {
    /// @inheritdoc IChainDirectory
    function getHyperchain(uint256 chainId) public view virtual returns (address);

    function _chain(uint256 chainId) internal view returns (IHyperchain) {
        address chain = getHyperchain(chainId);
        if (chain == address(0)) revert UnknownChain(chainId);
        return IHyperchain(chain);
    }
}
