module example.com/ln-play-pool

go 1.19
