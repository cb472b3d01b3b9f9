// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Proxies of ERC-1167 at addresses that depend on deployer, implementation and salt only
/// @notice Their code is the same 45 bytes everywhere, so a chain publishes it on L1 once, and their addresses survive a new
/// version of the implementation.
library MinimalProxy {
    error DeploymentFailed(bytes32 salt);

    function deploy(address implementation, bytes32 salt) internal returns (address proxy) {
        bytes memory initCode = _creationCode(implementation);
        assembly ("memory-safe") {
            proxy := create2(0, add(initCode, 0x20), mload(initCode), salt)
        }
        if (proxy == address(0)) revert DeploymentFailed(salt);
    }

    /// @notice Address of a deployer's proxy with that salt, also before it exists.
    function predict(address deployer, address implementation, bytes32 salt) internal pure returns (address) {
        bytes32 initCodeHash = keccak256(_creationCode(implementation));
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), deployer, salt, initCodeHash)))));
    }

    function _creationCode(address implementation) private pure returns (bytes memory) {
        return abi.encodePacked(
            hex"3d602d80600a3d3981f3363d3d373d3d3d363d73", implementation, hex"5af43d82803e903d91602b57fd5bf3"
        );
    }
}
