console.log("hello, for now");
