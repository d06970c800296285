console.log("the story's server says hello");
