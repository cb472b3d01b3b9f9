// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A token of the chain it is on; may take a fee of one unit, or return nothing, as some tokens do.
contract L2TestToken {
    string public constant name = "Test token";
    string public constant symbol = "TT";
    uint8 public constant decimals = 6;

    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    uint256 public totalSupply;
    bool public takesFee;
    bool public returnsNothing;

    constructor(uint256 supply, bool takesFee_, bool returnsNothing_) {
        (totalSupply, takesFee, returnsNothing) = (supply, takesFee_, returnsNothing_);
        balanceOf[msg.sender] = supply;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        return true;
    }

    function transfer(address to, uint256 value) external virtual returns (bool) {
        move(msg.sender, to, value);
        return answer();
    }

    function transferFrom(address from, address to, uint256 value) public virtual returns (bool) {
        allowance[from][msg.sender] -= value;
        move(from, to, value);
        return answer();
    }

    function move(address from, address to, uint256 value) private {
        balanceOf[from] -= value;
        uint256 fee = takesFee ? 1 : 0;
        totalSupply -= fee;
        balanceOf[to] += value - fee;
    }

    function answer() private view returns (bool) {
        if (returnsNothing) {
            assembly {
                return(0, 0)
            }
        }
        return true;
    }
}

/// @notice A token that notes how much gas its transfer was given.
contract GreedyToken is L2TestToken(1000, false, false) {
    uint256 public gasGiven;

    function transfer(address, uint256) external override returns (bool) {
        gasGiven = gasleft();
        return true;
    }
}

/// @notice A token that makes a further call, with one unit of coins, whenever it is taken.
contract ChattyToken is L2TestToken(1000, false, false) {
    address private immutable target;
    bytes private data;

    constructor(address target_, bytes memory data_) payable {
        (target, data) = (target_, data_);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        (bool success,) = target.call{value: 1}(data);
        require(success, "call");
        return super.transferFrom(from, to, value);
    }
}

/// @notice A token with ERC-2612, whose transfers can call the router once more.
contract PermitToken is L2TestToken(1000, false, false) {
    mapping(address => uint256) public nonces;
    address public immutable router;
    bytes public again;

    constructor(address router_) {
        router = router_;
    }

    function DOMAIN_SEPARATOR() public view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Test token"),
                keccak256("1"),
                block.chainid,
                address(this)
            )
        );
    }

    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
    {
        require(block.timestamp <= deadline, "late");
        bytes32 kind = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 hash = keccak256(abi.encode(kind, owner, spender, value, nonces[owner]++, deadline));
        require(ecrecover(keccak256(abi.encodePacked(hex"1901", DOMAIN_SEPARATOR(), hash)), v, r, s) == owner, "signature");
        allowance[owner][spender] = value;
    }

    /// @notice Sets the call that the next transfer first makes to the router, in the token's name.
    function enter(bytes calldata call) external {
        again = call;
    }

    function transfer(address to, uint256 value) external override returns (bool) {
        bytes memory call = again;
        delete again;
        if (call.length != 0) {
            (bool success,) = router.call(call);
            require(success, "again");
        }
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
        return true;
    }
}
