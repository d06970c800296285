console.log("hello, half way");
