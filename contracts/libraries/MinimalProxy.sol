// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Minimal proxies (ERC-1167) at addresses known in advance
library MinimalProxy {
    error DeploymentFailed(bytes32 salt);

    function deploy(address implementation, bytes32 salt) internal returns (address proxy) {
        bytes memory code = _creationCode(implementation);
        assembly ("memory-safe") {
            proxy := create2(0, add(code, 0x20), mload(code), salt)
        }
        if (proxy == address(0)) revert DeploymentFailed(salt);
    }

    /// @notice Where this contract's proxy with that salt is or would be.
    function predict(address implementation, bytes32 salt) internal view returns (address) {
        bytes32 codeHash = keccak256(_creationCode(implementation));
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", address(this), salt, codeHash)))));
    }

    function _creationCode(address implementation) private pure returns (bytes memory) {
        return abi.encodePacked(
            hex"3d602d80600a3d3981f3363d3d373d3d3d363d73", implementation, hex"5af43d82803e903d91602b57fd5bf3"
        );
    }
}
