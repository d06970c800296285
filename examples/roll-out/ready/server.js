console.log("hello, ready");
