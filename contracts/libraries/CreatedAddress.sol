// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Addresses of created contracts, by the rules of CREATE and CREATE2
library CreatedAddress {
    /// @dev Deploys with CREATE2 for every caller, at this address of every chain.
    address internal constant CREATE2_DEPLOYER = 0x4e59b44847b379578588920cA78FbF26c0B4956C;

    /// @notice Address of the contract that `creator` creates with this nonce, 1 to 127; its first has 1.
    function byCreate(address creator, uint8 nonce) internal pure returns (address) {
        // RLP of a list of 22 bytes: 20 of the address behind their length, and a byte that encodes itself.
        return _last20(keccak256(abi.encodePacked(bytes2(0xd694), creator, nonce)));
    }

    /// @notice Address of the contract that the common deployer creates from this code, arguments included, with salt 0.
    function byDeployer(bytes32 initCodeHash) internal pure returns (address) {
        return _last20(keccak256(abi.encodePacked(bytes1(0xff), CREATE2_DEPLOYER, bytes32(0), initCodeHash)));
    }

    function _last20(bytes32 hash) private pure returns (address) {
        return address(uint160(uint256(hash)));
    }
}
