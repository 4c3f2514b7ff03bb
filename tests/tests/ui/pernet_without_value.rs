use netns_test::NetNs;
use netns_test::pernet::{Pernet, register_subsys};

// Linux pernet operations, 5: the kernel can be told of a size without an id, and refuses; here that can't be written.
struct WithoutValue;

impl Pernet for WithoutValue {
    fn init(&self, _: &NetNs) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }
}

struct NoHooks;

fn main() {
    let _ = register_subsys(NoHooks);
}
