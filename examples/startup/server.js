console.log("hello from a small team");
