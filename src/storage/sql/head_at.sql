select
    (
        select position
        from feed
        where kind = 'trust' and at <= $1
        order by position desc
        limit 1
    ) as epoch,
    (select max(sequence) from trust_list where published_at <= $1) as list,
    (
        select min(due_at)
        from scheduled_act
        where agreed_at <= $1
        and (settled_at is null or settled_at > $1)
    ) as next_change_at
