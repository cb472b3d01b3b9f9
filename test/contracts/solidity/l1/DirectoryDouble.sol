// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainDirectory} from "../../../../contracts/interfaces/IChainDirectory.sol";

/// @notice Test double of the chain factory: anyone says which account is which chain.
contract DirectoryDouble is IChainDirectory {
    mapping(uint256 chainId => address) public getHyperchain;

    function register(uint256 chainId, address chain) external {
        getHyperchain[chainId] = chain;
    }
}
