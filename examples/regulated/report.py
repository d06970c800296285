print("quarterly report")
