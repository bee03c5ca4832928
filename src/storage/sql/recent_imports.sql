-- The newest imports, and the last applied one of each source however old.
select
    import.id,
    import.source,
    import.state,
    import.source_time,
    import.started_at,
    import.finished_at,
    import.rejected,
    import.message,
    array(
        select name
        from import_file
        where import_file.import_id = import.id
        order by name
    ) as "files!"
from import
where import.id in (
    (select id from import order by id desc limit $1)
    union
    (select max(id) from import where state = 'applied' group by source)
)
order by import.id desc
