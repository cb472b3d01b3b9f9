// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InteroperableAddress} from "../../../../contracts/l2/InteroperableAddress.sol";

contract InteroperableAddressHarness {
    function encode(uint256 chainId, address account) external pure returns (bytes memory) {
        return InteroperableAddress.encode(chainId, account);
    }

    function parse(bytes calldata encoded) external pure returns (uint256 chainId, address account) {
        return InteroperableAddress.parse(encoded);
    }
}
