// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CrosschainLinked} from "@openzeppelin/contracts/crosschain/CrosschainLinked.sol";
import {BridgeERC20} from "@openzeppelin/contracts/crosschain/bridges/BridgeERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC721Crosschain} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721Crosschain.sol";

/// @notice OpenZeppelin's bridge for a token; any account can link it.
contract LinkedBridge is BridgeERC20 {
    constructor(IERC20 token) BridgeERC20(token) CrosschainLinked(new Link[](0)) {}

    function link(address gateway, bytes memory counterpart) external {
        _setLink(gateway, counterpart, false);
    }
}

/// @notice OpenZeppelin's NFT that changes chains; any account can link it, and mint.
contract LinkedNft is ERC721Crosschain {
    constructor() ERC721("Linked", "LNK") CrosschainLinked(new Link[](0)) {}

    function link(address gateway, bytes memory counterpart) external {
        _setLink(gateway, counterpart, false);
    }

    function mint(address to, uint256 id) external {
        _mint(to, id);
    }
}
